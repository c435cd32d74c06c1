"""References: a draft keeps the ids of what is meant (`#n17`), a document and every page write its code.

What is renamed or moved keeps its references. What was dropped, or shares its code with another, is
written by its id; a code that nothing has stays as it was typed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from surveys.editing.nodes import ROOT, Node, Nodes
from surveys.errors import SurveyError
from surveys.logic.reading import parse
from surveys.logic.tree import (
    Among,
    Comparison,
    Count,
    Expression,
    Junction,
    Not,
    Rank,
    Reference,
    State,
    Term,
)
from surveys.logic.writing import to_text

CONDITIONS: Final = frozenset({"show_if", "when", "valid_if"})
REFERENCE: Final = re.compile(r"#n([0-9]{1,9})(\.[a-z]+)?")
# Kinds whose fields have references in their paths too.
PATHS: Final = frozenset({"pipe", "rule"})
REFERRED: Final = re.compile(r"#n[0-9]+")

# What fields name: answers (questions and rows), options of a question, scales, constructs, dimensions.
Space = str


@lru_cache(maxsize=4096)  # asked of every field whenever a document is put together
def space_of(kind: str, path: str, code: str = "") -> Space:
    """Tell what a field names; empty where it is no reference, `condition` where it holds several."""
    name, _, rest = path.partition("/")
    if name in CONDITIONS:
        return "condition"
    match kind, name:
        case ("question", "scale"):
            return "scale"
        case ("question", "rows_from" | "options_from") if rest == "question":
            return "answer"
        case ("row" | "option", "for"):
            return "from"
        case ("pipe", "question"):
            return "answer"
        case ("pipe", "not_for") if rest:
            return "piped"
        case ("member" | "check", "of"):
            return "answer"
        case ("perceived", "of") | ("gap", "expected"):
            return "dimension"
        case ("system", "index") | ("path", _) | ("interaction", _):
            return "construct"
        case ("system", "roles"):
            return "answer" if rest in {"promotion", "effort"} else "construct"
        case ("rule", "value") if code == "attention" and rest == "code":
            return "answer"
        case ("rule", "value") if code == "straightline" and rest.startswith("constructs/"):
            return "construct"
    return ""


SPACES: Final[Mapping[str, Space]] = {
    "question": "answer",
    "row": "answer",
    "scale": "scale",
    "construct": "construct",
    "dimension": "dimension",
}


class Names:
    """The codes of a draft, from which ids are found, and the other way round."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.ids: dict[Space, dict[str, list[int]]] = {space: {} for space in {*SPACES.values()}}
        self.there: set[int] = set()
        for node in nodes.branch(nodes.root):
            self.there.add(node.id)
            if node.kind in SPACES:
                self.ids[SPACES[node.kind]].setdefault(node.code, []).append(node.id)

    def stored(self, node: Node, path: str, value: Any) -> Any:
        """Give a field's value as drafts keep it."""
        space = space_of(node.kind, path, node.code)
        if not isinstance(value, str) or not space:
            return value
        if space == "condition":
            return _condition(value, self._id_of, self._option_id)
        if space == "from":
            return self._option_id(self._source(node), value)
        return self._id_of(value, space)

    def written(self, node: Node, path: str, value: Any) -> Any:
        """Give a field's value as documents have it: by far most values refer to nothing."""
        if not isinstance(value, str) or "#n" not in value:
            return value
        space = space_of(node.kind, path, node.code)
        if not space:
            return value
        if space == "condition":
            ids = dict.fromkeys(REFERRED.findall(value))
            return _written(
                value, tuple((each, self._code_of(each), self._option_code("", each)) for each in ids)
            )
        return self._option_code("", value) if space == "from" else self._code_of(value)

    def stored_path(self, node: Node, path: str) -> str:
        """Give a path of which a part is a reference, as drafts keep it."""
        return self._path(node, path, self._id_of, self._option_id)

    def written_path(self, node: Node, path: str) -> str:
        """Give a path as documents have it."""
        return self._path(node, path, self._code_of, self._option_code)

    def _path(
        self, node: Node, path: str, code: Callable[..., str], option: Callable[[str, str], str]
    ) -> str:
        if node.kind not in PATHS:
            return path
        space = space_of(node.kind, path, node.code)
        head, _, last = path.rpartition("/")
        if space == "piped":
            return f"{head}/{option(str(node.fields.get('question', '')), last)}"
        if space == "construct" and node.kind == "rule":
            return f"{head}/{code(last, space)}"
        return path

    def _id_of(self, text: str, space: Space = "answer") -> str:
        code, dot, side = text.partition(".")
        found = self.ids[space].get(code, ())
        return f"#n{found[0]}{dot}{side}" if len(found) == 1 else text

    def _code_of(self, text: str, _space: Space = "answer") -> str:
        found = REFERENCE.fullmatch(text)
        if found is None:
            return text
        node_id = int(found[1])
        if node_id not in self.there:
            return text
        node = self.nodes.by_id[node_id]
        space = SPACES.get(node.kind)
        if space is None or len(self.ids[space].get(node.code, ())) != 1 or not node.code:
            return text
        return node.code + (found[2] or "")

    def _source(self, node: Node) -> str:
        parent = self.nodes.by_id.get(node.parent or ROOT)
        fields = parent.fields if parent is not None else {}
        return str(fields.get("rows_from/question") or fields.get("options_from/question") or "")

    def _option_id(self, question: str, code: str) -> str:
        """Give the id of an option of a question that is written by its id."""
        found = REFERENCE.fullmatch(question)
        if found is None or int(found[1]) not in self.there:
            return code
        options = [each for each in self.nodes.children(int(found[1]), "option") if each.code == code]
        return f"#n{options[0].id}" if len(options) == 1 else code

    def _option_code(self, _question: str, text: str) -> str:
        found = REFERENCE.fullmatch(text)
        if found is None or int(found[1]) not in self.there:
            return text
        node = self.nodes.by_id[int(found[1])]
        if node.kind != "option" or not node.code:
            return text
        twins = [each for each in self.nodes.siblings(node) if each.code == node.code]
        return node.code if len(twins) == 1 else text


def _condition(text: str, code: Callable[[str], str], option: Callable[[str, str], str]) -> str:
    try:
        return to_text(renamed(parse(text), code, option))
    except SurveyError:
        return text  # somebody is still writing it; a finding says what cannot be read


@lru_cache(maxsize=4096)  # a draft is written out after every change, and most conditions are those of before
def _written(text: str, known: tuple[tuple[str, str, str], ...]) -> str:
    """Write a condition in codes; `known` gives for each id in it the code of an answer and of an option."""
    answers = {each: code for each, code, _ in known}
    options = {each: code for each, _, code in known}

    def code_of(name: str) -> str:
        found = REFERENCE.fullmatch(name)
        return name if found is None else answers[f"#n{found[1]}"] + (found[2] or "")

    return _condition(text, code_of, lambda _question, word: options.get(word, word))


def renamed(found: Expression, code: Callable[[str], str], option: Callable[[str, str], str]) -> Expression:
    """Give a condition with other names for answers and their options.

    `option` is asked with the answer's name in ids, whichever way the names go.
    """

    def reference(each: Reference) -> Reference:
        return each if each.is_account else Reference(code(each.name))

    def ids(each: Reference) -> str:
        return each.name if each.name.startswith("#") else code(each.name)

    def words(of: Reference, listed: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(option(ids(of), each) for each in listed)

    def term(each: Term) -> Term:
        match each:
            case Reference():
                return reference(each)
            case Count(reference=of, options=listed):
                return Count(reference(of), words(of, listed))
            case Rank(reference=of, option=word):
                return Rank(reference(of), option(ids(of), word))
        return each

    match found:
        case Junction(parts=parts):
            return replace(found, parts=tuple(renamed(part, code, option) for part in parts))
        case Not(part=part):
            return Not(renamed(part, code, option))
        case State(word=word, reference=of):
            return State(word, reference(of))
        case Among(word=word, reference=of, options=listed):
            return Among(word, reference(of), words(of, listed))
        case Comparison(left=left, relation=relation, right=right):

            def other(each: Term) -> Term:
                if isinstance(each, str) and isinstance(left, Reference) and not left.is_account:
                    return option(ids(left), each)
                return term(each)

            return Comparison(
                term(left), relation, tuple(map(other, right)) if isinstance(right, tuple) else other(right)
            )
