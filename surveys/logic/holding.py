"""Whether a condition holds for one respondent."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from surveys.logic.tree import Answered, Choice, Comparison, Expression, Junction, Not, Value

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


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
