"""A condition as a form shows it: of every tree one that gives the same tree back."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.document import loading
from surveys.document.conditions import codes_before
from surveys.errors import Reason
from surveys.logic.reading import DEEPEST, parse
from surveys.logic.screen import MOST_ROWS, Group, Row, Written, expression_of, screen_of
from surveys.logic.writing import to_text
from tests.surveys import trees
from tests.surveys.drafts import DOCUMENT


def parts(screen):
    for each in screen.parts:
        yield from parts(each) if isinstance(each, Group) else [each]


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_screen_gives_the_same_tree_back(seed):
    tree = trees.tree(Random(seed))
    screen = screen_of(tree, trees.KNOWN)
    assert expression_of(screen) == tree
    assert parse(to_text(expression_of(screen))) == tree


def test_most_of_what_means_something_stands_in_rows():
    found = [part for seed in range(500) for part in parts(screen_of(trees.sound(Random(seed)), trees.KNOWN))]
    assert sum(isinstance(each, Row) for each in found) > 350


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("GONE > 1", Reason.SCREEN_ANSWER),
        ("#n99 > 1", Reason.SCREEN_ANSWER),
        ("GRID > 1", Reason.SCREEN_ANSWER),
        ("account.shoe == 'x'", Reason.SCREEN_ANSWER),
        ("today(3) > DAY", Reason.SCREEN_ANSWER),
        ("MANY == 'a'", Reason.SCREEN_COMPARISON),
        ("WORDS < 'a'", Reason.SCREEN_COMPARISON),
        ("'a' in ONE", Reason.SCREEN_COMPARISON),
        ("ONE == 'gone'", Reason.SCREEN_VALUE),
        ("ONE in []", Reason.SCREEN_VALUE),
        ("any(MANY, ['a', 'gone'])", Reason.SCREEN_VALUE),
        ("NUMBER == 'a'", Reason.SCREEN_VALUE),
        ("WORDS == ''", Reason.SCREEN_VALUE),
        (r"WORDS == 'two\nlines'", Reason.SCREEN_VALUE),
        (r"WORDS == '\ud83d'", Reason.SCREEN_VALUE),
        ("account.tier == 'gold'", Reason.SCREEN_VALUE),
        ("ONE == NUMBER", Reason.SCREEN_VALUE),
        ("NUMBER > count(MANY)", Reason.SCREEN_VALUE),
    ],
)
def test_what_no_row_holds_stands_as_text_with_the_reason(text, reason):
    tree = parse(text)
    screen = screen_of(tree, trees.KNOWN)
    [part] = screen.parts
    assert isinstance(part, Written)
    assert part.why.reason is reason
    assert expression_of(screen) == tree


def test_what_is_nested_deep_or_long_is_text_from_there_on():
    deep = parse("not (" * (DEEPEST // 2 - 1) + "NUMBER > 1 and RATE > 1" + ")" * (DEEPEST // 2 - 1))
    screen = screen_of(deep, trees.KNOWN)
    assert [each.why.reason for each in parts(screen)] == [Reason.SCREEN_DEEP]
    assert expression_of(screen) == deep
    long = parse(" or ".join(["RATE > 1"] * (MOST_ROWS + 5)))
    found = list(parts(screen_of(long, trees.KNOWN)))
    assert sum(isinstance(each, Row) for each in found) == MOST_ROWS
    assert [each.why.reason for each in found[MOST_ROWS:]] == [Reason.SCREEN_LONG] * 5


def test_an_empty_group_says_nothing():
    assert expression_of(Group("none", (Group("all", ()),))) is None


def test_only_what_comes_before_may_be_chosen():
    document = loading.load(DOCUMENT)
    assert codes_before(document, "A.S1", "show_if") == {"MET"}
    assert codes_before(document, "A.S1", "valid_if") == {"MET", "S1"}
    assert codes_before(document, "B", "show_if") == {"MET", "S1", "S2"}
    assert codes_before(document, "A", "show_if") == set()
    assert codes_before(document, "quality.contradiction", "when") == {*document.by_code}
