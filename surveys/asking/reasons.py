"""Why something is asked, or is not, of whoever gave these answers: each test with what it looked at."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from surveys.asking.pages import Item, Page
from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.document.questionnaire import Stop
from surveys.logic.holding import evaluate
from surveys.logic.tree import Expression, Reference, Test, Value, leaves, looked_at, terms


class Tested(NamedTuple):
    """One test of a condition: whether it holds, and the answers that it looked at by their names."""

    test: Test
    holds: bool
    seen: tuple[tuple[str, Value], ...]


# `always`: nothing decides. `condition`: its condition holds, or does not. `file`: the customer file answers.
# `ended`: the interview is over. `empty`: all that stands on the page is left out. `choice`: what was chosen
# before leaves it out.
Because = Literal["always", "condition", "file", "ended", "empty", "choice"]


class Why(NamedTuple):
    """A question, row or page: whether it is asked, and because of what."""

    code: str
    is_asked: bool
    because: Because
    condition: Expression | None = None
    tests: tuple[Tested, ...] = ()


class PageWhy(NamedTuple):
    """A page, what stands on it, and the kind end after it that holds, with its condition."""

    page: Why
    items: tuple[Why, ...]
    stop: Stop | None = None
    stop_why: Why | None = None


def reasons(router: Router, way: Way) -> Iterator[PageWhy]:
    """Tell for every page, in order, why it and what stands on it is asked or is not.

    Conditions look back only, so what is known at the end of the way is what each of them saw.
    """
    ended = False
    for code, page in router.pages.items():
        if ended:
            yield PageWhy(Why(code, is_asked=False, because="ended"), ())
            continue
        if page.condition is not None and not evaluate(page.condition, way.seen):
            yield PageWhy(_by_condition(code, page.condition, way), ())
            continue
        shown = way.shown.get(code, ())
        items = tuple(_of_item(item, item.code in shown, way) for item in page.items)
        about = Why(code, is_asked=True, because="always")
        if page.condition is not None:
            about = _by_condition(code, page.condition, way)
        if not shown:
            about = about._replace(is_asked=False, because="empty", condition=None, tests=())
        stop = way.stops.get(code)
        ended = stop is not None
        yield PageWhy(about, items, stop, _of_stop(page, stop, way) if stop is not None else None)


def _of_item(item: Item, is_shown: bool, way: Way) -> Why:
    if item.is_filed(way.answers.account):
        return Why(item.code, is_asked=False, because="file")
    if item.condition is not None:
        found = _by_condition(item.code, item.condition, way)
        return found if found.is_asked == is_shown else Why(item.code, is_shown, "choice")
    return Why(item.code, is_shown, "always" if is_shown else "choice")


def _of_stop(page: Page, stop: Stop, way: Way) -> Why:
    condition = next(condition for condition, each in page.stops if each == stop)
    return _by_condition(stop.code, condition, way)


def _by_condition(code: str, condition: Expression, way: Way) -> Why:
    tests = tuple(dict.fromkeys(_tested(test, way) for test in leaves(condition)))
    return Why(code, evaluate(condition, way.seen), "condition", condition, tests)


def _tested(test: Test, way: Way) -> Tested:
    names = dict.fromkeys(each.name for term in terms(test) if isinstance(each := looked_at(term), Reference))
    return Tested(test, evaluate(test, way.seen), tuple((name, way.seen.get(name)) for name in names))
