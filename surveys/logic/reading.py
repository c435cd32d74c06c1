"""Conditions read from their text."""

import ast
from functools import cache

from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.logic.tree import Answered, Comparison, Expression, Junction, Not, Reference

_SYMBOL = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


_MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


LONGEST = 2000


@cache
def parse(text: str) -> Expression:
    """Read a condition; `SurveyError` LOGIC_UNREADABLE says what cannot be read."""
    if len(text) > LONGEST:
        reason = Because(Reason.CONDITION_LONG, limit=LONGEST)
        raise SurveyError(Problem.LOGIC_UNREADABLE, text=text[:40] + "…", reason=reason)
    try:
        return _convert(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, SurveyError):
            raise
        reason = error.because if isinstance(error, _UnreadableError) else Because(Reason.CONDITION_SYNTAX)
        raise SurveyError(Problem.LOGIC_UNREADABLE, text=text, reason=reason) from None


class _UnreadableError(ValueError):
    """A part outside the language."""

    def __init__(self, reason: Reason, **context: object) -> None:
        super().__init__(reason.name)
        self.because = Because(reason, **context)


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
            raise _UnreadableError(Reason.CONDITION_CHAINED)
    raise _UnreadableError(Reason.CONDITION_NO_COMPARISON, part=ast.unparse(node))


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> Comparison:
    if isinstance(op, ast.In | ast.NotIn):
        word = "in" if isinstance(op, ast.In) else "not in"
        if isinstance(right, ast.List | ast.Tuple | ast.Set):  # E5 in ['gas', 'oil']
            return Comparison(_reference(left), f"{word} list", tuple(_constant(item) for item in right.elts))
        return Comparison(_reference(right), word, _constant(left))  # 'hotline' in E4
    symbol = _SYMBOL.get(type(op))
    if symbol is None:
        raise _UnreadableError(Reason.CONDITION_RELATION)
    if isinstance(left, ast.Name | ast.Attribute):
        return Comparison(_reference(left), symbol, _constant(right))
    return Comparison(_reference(right), _MIRROR[symbol], _constant(left))


def _reference(node: ast.expr) -> Reference:
    match node:
        case ast.Name(id=name):
            return Reference(name)
        case ast.Attribute(value=ast.Name(id="account"), attr=name):
            return Reference(name, account=True)
    raise _UnreadableError(Reason.CONDITION_REFERENCE, part=ast.unparse(node))


def _constant(node: ast.expr) -> float | int | str:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise _UnreadableError(Reason.CONDITION_CONSTANT, part=ast.unparse(node))
