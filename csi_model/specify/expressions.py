"""Formulas of labelled parameters: read once, then worked out for numbers, or as a linear form."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from csi_model.specify.elements import refuse

TOKEN = re.compile(r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d][\w.]*)|(?P<other>\S)")
FUNCTIONS: dict[str, Callable[[Any], Any]] = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt}
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
MOST = 1000  # characters of a formula


class NotLinearError(ArithmeticError):
    """A form is multiplied by a form, or anything else that leaves straight lines."""


@dataclass(frozen=True)
class Linear:
    """A sum of parameters times numbers, and a number; `line` says where a whole equality stands."""

    of: Mapping[str, float] = field(default_factory=dict)
    plus: float = 0.0
    line: int = 0

    def number(self) -> float:
        """Give the number that it is, where no parameter is in it."""
        if any(self.of.values()):
            raise NotLinearError
        return self.plus

    def __add__(self, other: Linear) -> Linear:
        """Add another form."""
        names = {**self.of, **other.of}
        summed = {name: self.of.get(name, 0.0) + other.of.get(name, 0.0) for name in names}
        return Linear(summed, self.plus + other.plus)

    def times(self, by: float) -> Linear:
        """Multiply by a number."""
        return Linear({name: by * each for name, each in self.of.items()}, by * self.plus)

    def __neg__(self) -> Linear:
        """Change the sign."""
        return self.times(-1.0)

    def __sub__(self, other: Linear) -> Linear:
        """Subtract another form."""
        return self + -other

    def __mul__(self, other: Linear) -> Linear:
        """Multiply; one of the two must be a number."""
        return other.times(self.plus) if not any(self.of.values()) else self.times(other.number())

    def __truediv__(self, other: Linear) -> Linear:
        """Divide by a number."""
        return self.times(1.0 / other.number())

    def __pow__(self, other: Linear) -> Linear:
        """Raise a number to a power, or anything to the first."""
        power = other.number()
        return self if power == 1.0 else Linear(plus=float(self.number() ** power))


@dataclass(frozen=True)
class Formula:
    """A formula of names; `work_out` gives its value."""

    text: str
    names: tuple[str, ...]
    tree: ast.expr

    def work_out(self, values: Mapping[str, Any]) -> Any:
        """Give the value, numbers (complex ones too) standing for the names; ``nan`` where there is none."""
        with np.errstate(all="ignore"):
            return _value(self.tree, values, np.float64)

    def linear(self, values: Mapping[str, Linear]) -> Linear | None:
        """Give it as a linear form of forms; None where it is none, or no number at all."""
        try:
            found: Linear = _value(self.tree, values, lambda number: Linear(plus=number))
        except (ArithmeticError, TypeError):
            return None
        return found if np.isfinite([found.plus, *found.of.values()]).all() else None


def read(text: str, line: int) -> Formula:
    """Read a formula of R's arithmetic: + - * / ^, parentheses, exp, log and sqrt.

    Raises
    ------
    SpecificationError
        It cannot be read, or uses anything else, which is named.
    """
    names: list[str] = []
    out: list[str] = []
    if len(text) > MOST:
        raise _refused(text[:40] + " …", line, f"it has more than {MOST} characters", "Define parts of it.")
    for token in TOKEN.finditer(text):
        word = token.group()
        if token["name"]:
            if re.match(r"\s*\(", text[token.end() :]):
                if word not in FUNCTIONS:
                    raise _refused(
                        text, line, f"it calls {word}()", "Use + - * / ^, exp(), log() and sqrt()."
                    )
                out.append(word)
                continue
            names.append(word)
            out.append(f"n{len(names) - 1}")
        elif token["number"] or word in "+-*/()":
            out.append(word.lstrip("0") or "0" if word.isdigit() else word)
        elif word == "^":
            out.append("**")
        else:
            raise _refused(text, line, f"it has {word!r}", "Use + - * / ^, exp(), log() and sqrt().")
    try:
        tree = ast.parse(" ".join(out), mode="eval").body
        _check(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _refused(text, line, "it cannot be read", "Write it as in R, such as a*b + c.") from None
    return Formula(text, tuple(names), _Named(names).visit(tree))


class _Named(ast.NodeTransformer):
    """Puts the user's names back, which Python's grammar might not have read."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in FUNCTIONS:
            return node
        return ast.Name(self.names[int(node.id[1:])], node.ctx)


def _check(node: ast.AST) -> None:
    """Refuse whatever is no arithmetic; what is left is what `_value` knows."""
    if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        _check(node.left)
        _check(node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        _check(node.operand)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        _check(node.args[0])
    elif not (isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and not node.kind)):
        raise SyntaxError


def _value(node: ast.expr, values: Mapping[str, Any], number: Callable[[float], Any]) -> Any:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return number(float(node.value))  # type: ignore[arg-type]
    if isinstance(node, ast.BinOp):
        left, right = (_value(side, values, number) for side in (node.left, node.right))
        return BINARY[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp):
        found = _value(node.operand, values, number)
        return -found if isinstance(node.op, ast.USub) else found
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        inside, function = _value(node.args[0], values, number), FUNCTIONS[node.func.id]
        return number(float(function(inside.number()))) if isinstance(inside, Linear) else function(inside)
    raise TypeError(ast.dump(node))


def _refused(text: str, line: int, why: str, remedy: str) -> Exception:
    return refuse(
        f"Line {line}: the formula {text!r} is not understood: {why}.", "syntax-unsupported", remedy
    )
