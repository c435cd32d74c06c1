"""Conditions: one expression tree, read from text, checked, evaluated, printed as a sentence.

The text is a small subset of Python's expressions: comparisons of an answer with a constant, `in`, `and`,
`or`, `not`, `answered(CODE)`. `account.NAME` is what the customer file knows. A missing answer:
every comparison with it is false (also `!=` and `not in`), and `not` of that is true.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from surveys.errors import Problem, SurveyError


class Choice(NamedTuple):
    """A chosen option: compared with text by its code, with a number by its value."""

    code: str
    value: int


Value = float | int | str | Choice | frozenset[str] | None


@dataclass(frozen=True)
class Reference:
    """An answer (`name` is a question's code) or, with `account`, a value of the customer file."""

    name: str
    account: bool = False


@dataclass(frozen=True)
class Comparison:
    """An answer against one constant; `in` holds the constant left in Python's writing when `reverse`."""

    reference: Reference
    relation: str
    constant: float | int | str | tuple[float | int | str, ...]


@dataclass(frozen=True)
class Answered:
    """Whether the question has a real answer."""

    reference: Reference


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: "Expression"


@dataclass(frozen=True)
class Junction:
    """All (`and`) or any (`or`) of the parts."""

    word: str
    parts: tuple["Expression", ...]


Expression = Comparison | Answered | Not | Junction

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SYMBOL = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
LONGEST = 2000


@cache
def parse(text: str) -> Expression:
    """Read a condition; `SurveyError` LOGIC_UNREADABLE says what cannot be read."""
    if len(text) > LONGEST:
        raise SurveyError(
            Problem.LOGIC_UNREADABLE, text=text[:40] + "…", reason=f"longer than {LONGEST} characters"
        )
    try:
        return _convert(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, SurveyError):
            raise
        reason = str(error) if isinstance(error, _UnreadableError) else "its syntax is wrong"
        raise SurveyError(Problem.LOGIC_UNREADABLE, text=text, reason=reason) from None


class _UnreadableError(ValueError):
    """A part outside the language."""


def _convert(node: ast.expr) -> Expression:
    match node:
        case ast.BoolOp(op=op, values=values):
            return Junction("and" if isinstance(op, ast.And) else "or", tuple(map(_convert, values)))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_convert(operand))
        case ast.Call(func=ast.Name(id="answered"), args=[argument], keywords=[]):
            return Answered(_reference(argument))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(left, op, right)
        case ast.Compare():
            raise _UnreadableError("chained comparisons; join two with “and”")
    raise _UnreadableError(f"“{ast.unparse(node)}” is no comparison")


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> Comparison:
    if isinstance(op, ast.In | ast.NotIn):
        word = "in" if isinstance(op, ast.In) else "not in"
        if isinstance(right, ast.List | ast.Tuple | ast.Set):  # E5 in ['gas', 'oil']
            return Comparison(_reference(left), f"{word} list", tuple(_constant(item) for item in right.elts))
        return Comparison(_reference(right), word, _constant(left))  # 'hotline' in E4
    symbol = _SYMBOL.get(type(op))
    if symbol is None:
        raise _UnreadableError("only ==, !=, <, <=, >, >=, in and not in compare")
    if isinstance(left, ast.Name | ast.Attribute):
        return Comparison(_reference(left), symbol, _constant(right))
    return Comparison(_reference(right), _MIRROR[symbol], _constant(left))


def _reference(node: ast.expr) -> Reference:
    match node:
        case ast.Name(id=name):
            return Reference(name)
        case ast.Attribute(value=ast.Name(id="account"), attr=name):
            return Reference(name, account=True)
    raise _UnreadableError(f"“{ast.unparse(node)}” names no question")


def _constant(node: ast.expr) -> float | int | str:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise _UnreadableError(f"“{ast.unparse(node)}” is no number or quoted word")


def references(expression: Expression) -> Iterator[Reference]:
    """Give every answer that the expression looks at."""
    match expression:
        case Comparison(reference=reference) | Answered(reference=reference):
            yield reference
        case Not(part=part):
            yield from references(part)
        case Junction(parts=parts):
            for part in parts:
                yield from references(part)


def evaluate(expression: Expression, answers: Mapping[str, Value], account: Mapping[str, Value]) -> bool:
    """Tell whether the condition holds for these answers."""
    match expression:
        case Junction(word="and", parts=parts):
            return all(evaluate(part, answers, account) for part in parts)
        case Junction(parts=parts):
            return any(evaluate(part, answers, account) for part in parts)
        case Not(part=part):
            return not evaluate(part, answers, account)
        case Answered(reference=reference):
            return (account if reference.account else answers).get(reference.name) is not None
        case Comparison(reference=reference, relation=relation, constant=constant):
            value = (account if reference.account else answers).get(reference.name)
            return value is not None and _holds(value, relation, constant)


def _same_kind(value: Value, constant: object) -> Any:
    if isinstance(value, Choice):
        return value.code if isinstance(constant, str) else value.value
    return value


def _holds(value: Value, relation: str, constant: Any) -> bool:
    if relation.endswith("list"):
        found = any(_same_kind(value, item) == item for item in constant)
        return found != relation.startswith("not")
    if relation in {"in", "not in"}:
        found = constant in value if isinstance(value, frozenset) else _same_kind(value, constant) == constant
        return found != (relation == "not in")
    plain = _same_kind(value, constant)
    if isinstance(plain, str) != isinstance(constant, str) or isinstance(plain, frozenset):
        return relation == "!="
    return _ORDER[relation](plain, constant)


def to_text(expression: Expression, *, inside: bool = False) -> str:
    """Write the condition so that `parse` gives the same tree back."""
    match expression:
        case Junction(word=word, parts=parts):
            text = f" {word} ".join(to_text(part, inside=True) for part in parts)
            return f"({text})" if inside else text
        case Not(part=part):
            return f"not ({to_text(part)})"
        case Answered(reference=reference):
            return f"answered({_name(reference)})"
        case Comparison(reference=reference, relation=relation, constant=constant):
            if relation.endswith("list"):
                items = constant if isinstance(constant, tuple) else (constant,)
                return f"{_name(reference)} {relation[:-5]} [{', '.join(map(repr, items))}]"
            if relation in {"in", "not in"}:
                return f"{constant!r} {relation} {_name(reference)}"
            return f"{_name(reference)} {relation} {constant!r}"


def _name(reference: Reference) -> str:
    return f"account.{reference.name}" if reference.account else reference.name


_WORDS = {
    "en": {
        "==": "{q} is {c}",
        "!=": "{q} is not {c}",
        "<": "{q} is below {c}",
        "<=": "{q} is at most {c}",
        ">": "{q} is above {c}",
        ">=": "{q} is at least {c}",
        "in": "{q} includes {c}",
        "not in": "{q} does not include {c}",
        "in list": "{q} is one of {c}",
        "not in list": "{q} is none of {c}",
        "answered": "{q} is answered",
        "not": "not ({p})",
        "and": " and ",
        "or": " or ",
        "account": "the account’s {q}",
    },
    "zh": {
        "==": "{q}为{c}",
        "!=": "{q}不为{c}",
        "<": "{q}小于{c}",
        "<=": "{q}不大于{c}",
        ">": "{q}大于{c}",
        ">=": "{q}不小于{c}",
        "in": "{q}包含{c}",
        "not in": "{q}不包含{c}",
        "in list": "{q}属于{c}",
        "not in list": "{q}不属于{c}",
        "answered": "{q}已回答",
        "not": "并非（{p}）",
        "and": "且",
        "or": "或",
        "account": "客户档案的{q}",
    },
}


def to_sentence(expression: Expression, language: str, *, inside: bool = False) -> str:
    """Say the condition in words for quality staff."""
    words = _WORDS.get(language, _WORDS["en"])

    def named(reference: Reference) -> str:
        return words["account"].format(q=reference.name) if reference.account else reference.name

    match expression:
        case Junction(word=word, parts=parts):
            text = words[word].join(to_sentence(part, language, inside=True) for part in parts)
            return f"({text})" if inside else text
        case Not(part=part):
            return words["not"].format(p=to_sentence(part, language))
        case Answered(reference=reference):
            return words["answered"].format(q=named(reference))
        case Comparison(reference=reference, relation=relation, constant=constant):
            shown = ", ".join(map(str, constant)) if isinstance(constant, tuple) else str(constant)
            return words[relation].format(q=named(reference), c=shown)
