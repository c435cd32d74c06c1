"""What is kept for a while: so much and no more, also while many ask at once."""

import gc
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.web.drafts import DRAFT, begin
from web.author.drafts import preview
from web.shelf import Shelf


def test_the_last_few_that_were_asked_for_are_kept():
    shelf = Shelf(2)
    made = []

    def get(key):
        return shelf.get(key, lambda: made.append(key) or key)

    assert [get(key) for key in "abacab"] == list("abacab")
    assert made == ["a", "b", "c", "b"]
    assert list(shelf.kept) == ["a", "b"]


def test_of_a_thing_that_changes_the_newest_state_is_kept():
    shelf = Shelf(2)
    made = []

    def get(key, state):
        return shelf.get_state(key, state, lambda: made.append((key, state)) or state)

    assert [get("a", 1), get("a", 1), get("a", 2), get("b", 1), get("a", 2)] == [1, 1, 2, 1, 2]
    assert made == [("a", 1), ("a", 2), ("b", 1)]
    get("c", 1)
    assert list(shelf.kept) == ["a", "c"]


def test_what_was_made_of_a_draft_before_it_was_changed_is_let_go(designer, nodes):
    begin(designer)

    def previewed():
        assert designer.client.get(f"{DRAFT}/preview/A").status_code == 200
        _state, router = next(reversed(preview._routers.kept.values()))
        return weakref.ref(router)

    first = previewed()
    assert previewed() is first, "the same state is made once"
    designer.submit(f"{DRAFT}/{nodes()['S1'].id}", 303, form="#part", **{"v:text/en": "Otherwise"})
    second = previewed()
    gc.collect()
    assert first() is None
    assert second() is not None


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
