"""Conditions: one expression tree, read from text, checked, evaluated, printed as a sentence.

The text is a small subset of Python's expressions: comparisons of an answer with a constant, `in`, `and`,
`or`, `not`, `answered(CODE)`. `account.NAME` is what the customer file knows. A missing answer:
every comparison with it is false (also `!=` and `not in`), and `not` of that is true.
"""

from surveys.logic.tree import Answered, Comparison, Expression, Junction, Not, Reference


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
