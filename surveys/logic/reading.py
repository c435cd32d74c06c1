"""Conditions read from their text."""

import ast
from functools import cache

from surveys.errors import Problem, SurveyError
from surveys.logic.tree import Answered, Comparison, Expression, Junction, Not, Reference

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
