"""Conditions read from their text.

    condition   = conjunction { "or" conjunction } ;
    conjunction = negation { "and" negation } ;
    negation    = "not" negation | "(" condition ")" | test ;
    test        = ( "answered" | "dont_know" | "not_applicable" ) "(" answer ")"
                | ( "any" | "all" | "none" ) "(" answer "," list ")"
                | word [ "not" ] "in" answer | value [ "not" ] "in" list
                | value ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) value ;
    value       = answer | number | word | "date" "(" word ")" | "today" "(" [ days ] ")"
                | "count" "(" answer [ "," list ] ")" | "rank" "(" answer "," word ")" ;
    answer      = CODE | CODE ".with" | CODE ".without" | CODE ".text" | "account." NAME | "#n" NUMBER
                  [ ".with" | ".without" | ".text" ] ;
    list        = "[" value { "," value } "]" ;

Relations do not chain. A word of the language that no parenthesis follows is a code. Documents of the first
format may write their lists in ( ) and { } and a value in ( ).
"""

from datetime import date
from functools import lru_cache
from typing import Final

from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.logic.tokens import Token, UnreadableError, day_of, number_of, tokens, word_of
from surveys.logic.tree import (
    ACCOUNT,
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
    Today,
)

LONGEST: Final = 2000
DEEPEST: Final = 50
MOST_DAYS: Final = 40_000
STATES: Final = ("answered", "dont_know", "not_applicable")
AMONG: Final = ("any", "all", "none")
SIDES: Final = ("with", "without", "text")
_MIRROR: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CLOSING: Final = {"[": "]", "(": ")", "{": "}"}
_NO_CODES: Final = frozenset(
    {"and", "or", "not", "in", "is", "if", "else", "True", "False", "None", "lambda"}
)
_EXPRESSIONS = (Comparison, State, Among, Not, Junction)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read a condition; `SurveyError` LOGIC_UNREADABLE says what cannot be read."""
    if len(text) > LONGEST:
        reason = Because(Reason.CONDITION_LONG, limit=LONGEST)
        raise SurveyError(Problem.LOGIC_UNREADABLE, text=text[:40] + "…", reason=reason)
    try:
        return _Reader(list(tokens(text))).whole()
    except UnreadableError as error:
        raise SurveyError(Problem.LOGIC_UNREADABLE, text=text, reason=error.because) from None


class _Reader:
    """Reads by descent, at most `DEEPEST` levels down."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens, self.place, self.depth = found, 0, 0

    def whole(self) -> Expression:
        found = self.expression(self.condition())
        if self.next.text or self.next.kind != "sign":
            raise UnreadableError(Reason.CONDITION_SYNTAX)
        return found

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def takes(self, text: str) -> bool:
        """Take a name or sign if it comes next."""
        found = self.next.text == text and self.next.kind in {"name", "sign"}
        self.place += found
        return found

    def expect(self, sign: str) -> None:
        if not self.takes(sign):
            raise UnreadableError(Reason.CONDITION_SYNTAX)

    def calls(self, word: str) -> bool:
        """Take a function's name and its parenthesis if they come next."""
        follows = self.next == Token("name", word) and self.tokens[self.place + 1] == Token("sign", "(")
        self.place += 2 * follows
        return follows

    def expression(self, found: Expression | Term) -> Expression:
        if isinstance(found, _EXPRESSIONS):
            return found
        raise UnreadableError(Reason.CONDITION_NO_COMPARISON, part=self.tokens[self.place - 1].text)

    def condition(self) -> Expression | Term:
        """Read a condition; a lone value is given back, for it may stand in parentheses."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise UnreadableError(Reason.CONDITION_DEEP, limit=DEEPEST)
        found = self.junction("or")
        self.depth -= 1
        return found

    def junction(self, word: str) -> Expression | Term:
        read = self.negation if word == "and" else lambda: self.junction("and")
        found = read()
        if self.next != Token("name", word):
            return found
        parts = [self.expression(found)]
        while self.takes(word):
            parts.append(self.expression(read()))
        return Junction(word, tuple(parts))

    def negation(self) -> Expression | Term:
        levels = 0
        while self.takes("not"):
            levels += 1
        if levels == 0:
            return self.test()
        self.depth += levels
        if self.depth > DEEPEST:
            raise UnreadableError(Reason.CONDITION_DEEP, limit=DEEPEST)
        found = self.expression(self.test())
        self.depth -= levels
        for _ in range(levels):
            found = Not(found)
        return found

    def test(self) -> Expression | Term:
        for word in STATES:
            if self.calls(word):
                state = State(word, self.answer())
                self.expect(")")
                return state
        for word in AMONG:
            if self.calls(word):
                reference = self.answer()
                self.expect(",")
                among = Among(word, reference, self.words())
                self.expect(")")
                return among
        if self.takes("("):
            found = self.condition()
            self.expect(")")
            if isinstance(found, _EXPRESSIONS):
                return found
            return self.comparison(found)
        return self.comparison(self.value())

    def comparison(self, left: Term) -> Expression | Term:
        sign = self.next
        if sign.kind == "sign" and sign.text in _MIRROR:
            self.take()
            found = _compared(left, sign.text, self.operand())
        elif sign.kind == "name" and sign.text in {"in", "not"}:
            found = self.membership(left)
        elif sign.text in {"", ")", "]", "}", ","} or sign in {Token("name", "and"), Token("name", "or")}:
            return left
        else:
            raise UnreadableError(Reason.CONDITION_RELATION)
        if self.next.text in {*_MIRROR, "in", "not"} and self.next.kind != "word":
            raise UnreadableError(Reason.CONDITION_CHAINED)
        return found

    def membership(self, left: Term) -> Comparison:
        word = "not in" if self.takes("not") else "in"
        self.expect("in")
        if self.next.kind == "sign" and self.next.text in _CLOSING:
            return Comparison(_looking(left), f"{word} list", self.items())
        if not isinstance(left, str | int | float):
            raise UnreadableError(Reason.CONDITION_CONSTANT, part=_said(left))
        return Comparison(self.answer(), word, left)

    def items(self) -> tuple[Term, ...]:
        closing = _CLOSING.get(self.take().text)
        if closing is None:
            raise UnreadableError(Reason.CONDITION_SYNTAX)
        found: list[Term] = []
        while not self.takes(closing):
            if found:
                self.expect(",")
                if self.takes(closing):
                    break
            found.append(self.value())
        return tuple(found)

    def words(self) -> tuple[str, ...]:
        found = self.items()
        for item in found:
            if not isinstance(item, str):
                raise UnreadableError(Reason.CONDITION_CONSTANT, part=_said(item))
        return tuple(map(str, found))

    def operand(self) -> Term:
        """Read the value on the right, which the first format lets stand in parentheses."""
        levels = 0
        while self.takes("("):
            levels += 1
        found = self.value()
        for _ in range(levels):
            self.expect(")")
        return found

    def value(self) -> Term:
        if self.calls("date"):
            day = day_of(self.word())
            self.expect(")")
            return day
        if self.calls("today"):
            days = 0 if self.next.text == ")" else self.whole_number()
            self.expect(")")
            return Today(days)
        if self.calls("count"):
            reference = self.answer()
            count = Count(reference, self.words() if self.takes(",") else ())
            self.expect(")")
            return count
        if self.calls("rank"):
            reference = self.answer()
            self.expect(",")
            rank = Rank(reference, self.word())
            self.expect(")")
            return rank
        if self.next.kind == "name":
            return self.answer()
        if self.next.kind == "word":
            return self.word()
        return self.number()

    def number(self) -> float | int:
        sign = -1 if self.takes("-") else 1
        token = self.take()
        if token.kind != "number":
            raise UnreadableError(Reason.CONDITION_SYNTAX)
        return sign * number_of(token.text)

    def whole_number(self) -> int:
        found = self.number()
        if not isinstance(found, int) or abs(found) > MOST_DAYS:
            raise UnreadableError(Reason.CONDITION_DAYS, part=found, limit=MOST_DAYS)
        return found

    def word(self) -> str:
        token = self.take()
        if token.kind != "word":
            raise UnreadableError(Reason.CONDITION_CONSTANT, part=token.text)
        return word_of(token.text)

    def answer(self) -> Reference:
        token = self.take()
        _, _, side = token.text.partition(".")
        if token.kind != "name" or token.text in _NO_CODES:
            raise UnreadableError(Reason.CONDITION_REFERENCE, part=token.text)
        if side and side not in SIDES and not token.text.startswith(ACCOUNT):
            raise UnreadableError(Reason.CONDITION_REFERENCE, part=token.text)
        return Reference(token.text)


def _compared(left: Term, relation: str, right: Term) -> Comparison:
    if isinstance(left, str | int | float | date):
        return Comparison(_looking(right), _MIRROR[relation], left)
    return Comparison(left, relation, right)


def _looking(term: Term) -> Term:
    """Refuse a test that looks at nothing that can differ."""
    if isinstance(term, str | int | float | date):
        raise UnreadableError(Reason.CONDITION_REFERENCE, part=_said(term))
    return term


def _said(term: Term) -> str:
    return term.name if isinstance(term, Reference) else str(term)
