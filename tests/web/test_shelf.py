"""What is kept for a while: so much and no more, also while many ask at once."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from web.shelf import Shelf


def test_the_last_few_that_were_asked_for_are_kept():
    shelf = Shelf(2)
    made = []

    def get(key):
        return shelf.get(key, lambda: made.append(key) or key)

    assert [get(key) for key in "abacab"] == list("abacab")
    assert made == ["a", "b", "c", "b"]
    assert list(shelf.kept) == ["a", "b"]


@pytest.fixture
def hurried():
    """Threads that take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried")
def test_threads_that_push_each_others_things_off_the_shelf_do_not_fail():
    shelf = Shelf(2)

    def ask(start):
        return [shelf.get((start + turn) % 4, lambda turn=turn: (start + turn) % 4) for turn in range(20_000)]

    with ThreadPoolExecutor(4) as pool:
        for start, found in enumerate(pool.map(ask, range(4))):
            assert found == [(start + turn) % 4 for turn in range(20_000)]
    assert len(shelf.kept) == 2
