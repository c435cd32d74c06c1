"""A sent page: checked and saved, then a stop, a question that came up, the next page or the end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from surveys.asking.way import Way
from surveys.collecting import cells, dispositions, keeping, responses
from surveys.collecting.submitting import screen_out, submit
from surveys.collecting.visit import Visit
from surveys.models.collection import OF_QUOTA
from surveys.models.dispositions import Disposition
from surveys.questions.reading import BLANK, BROUGHT_UP, Form, PageProblem


class Sent(NamedTuple):
    """A page as it came, made from a revision (None: the newest), with the seconds that were spent on it."""

    page: str
    form: Form
    go: Literal["next", "back", "stay"]
    seconds: float
    revision: int | None = None


class Turn(NamedTuple):
    """What came of it. Saved: `page` comes then, at a `question` of it, or nothing any more.

    Not saved: the `problems` are to be mended, or, where there are none, the page is not asked. `dropped`:
    something was answered that the other answers do not lead to.
    """

    way: Way
    saved: bool
    problems: Sequence[PageProblem] = ()
    page: str | None = None
    question: str = ""
    dropped: bool = False


def turn(visit: Visit, sent: Sent, now: datetime) -> Turn:
    """Check a page, save it, and say what comes. The caller commits, or takes back what was not saved.

    Raises
    ------
    SurveyError
        The response is submitted already, or the wave takes no answers.
    """
    response = visit.open(now)
    before = visit.way()
    if sent.page not in before.shown:
        return _beyond(visit, sent, before, now)
    checked = visit.router.check(sent.page, sent.form, before)
    way = visit.router.way(before.answers.saying(checked))
    passes = sent.go == "next"
    problems = checked.problems if passes else []
    if sent.page in way.stops:
        problems = [each for each in problems if each.problem not in BLANK]
    kept = keeping.passed(checked, before) if passes else keeping.left(checked, sent.form, before)
    stale = sent.revision is not None and sent.revision < response.revision
    if stale:
        items = [each for each in visit.router.pages[sent.page].items if each.code in before.shown[sent.page]]
        kept, differing, held = keeping.newer(kept, items, before)
        problems = [each for each in problems if each.problem not in BLANK or each.field not in held]
        problems += differing if passes else []
    if problems:
        return Turn(way, saved=False, problems=problems)
    revision = response.revision
    values = before.filed | kept.values
    responses.save_page(
        visit.session,
        response,
        sent.page,
        values,
        kept.texts,
        sent.seconds,
        now,
        passed=passes,
        language=visit.language,
        today=visit.today,
        disposition=dispositions.of_way(visit.router, way, is_sent=False),
    )
    if stale or response.revision != revision + 1:
        way = visit.way()  # another tab saved meanwhile: what it said counts too
    if passes:
        return _onward(visit, sent, before, way, now)._replace(dropped=bool(checked.dropped))
    page = (way.before(sent.page) if sent.go == "back" else None) or sent.page
    return Turn(way, saved=True, page=page, dropped=bool(checked.dropped))


def _beyond(visit: Visit, sent: Sent, before: Way, now: datetime) -> Turn:
    """Whoever goes on from beyond a kind end is at that end; other pages that are not asked are refused."""
    if sent.go != "next" or before.stop is None or before.gap() is not None:
        return Turn(before, saved=False)
    assert visit.response is not None
    end = next(iter(before.stops))
    # Saved first, so that no other tab can take back what ends the interview while it ends.
    responses.save_page(visit.session, visit.response, end, before.filed, {}, 0.0, now, today=visit.today)
    way = visit.way()
    if way.stop is None or way.gap() is not None:
        return Turn(way, saved=False)
    return _finish(visit, end, way, now)


def _onward(visit: Visit, sent: Sent, before: Way, way: Way, now: datetime) -> Turn:
    if sent.page in way.stops:
        return _finish(visit, sent.page, way, now)
    known = {*before.shown[sent.page], *sent.form.get(BROUGHT_UP, ())}
    shown = set(way.shown.get(sent.page, ()))
    # In the order of the page: whoever is led to a later one would overlook those above it.
    came_up = (
        item.code
        for item in visit.router.pages[sent.page].items
        if item.code in shown
        and ((item.code not in known and not way.is_answered(item)) or way.lacks_options(item))
    )
    question = next(came_up, None)
    if question is not None:
        return Turn(way, saved=True, page=sent.page, question=question)
    entered = visit.router.entered(sent.page, way, None if visit.opened else before)
    full = cells.full(visit.session, visit.wave, entered)
    if full is not None:
        return _finish(visit, sent.page, way, now, quota=full)
    page = way.after(sent.page) or way.gap()  # whoever skipped a page by its address is led to it
    return Turn(way, saved=True, page=page) if page else _finish(visit, sent.page, way, now)


def _finish(visit: Visit, page: str, way: Way, now: datetime, *, quota: str | None = None) -> Turn:
    """End the response by its stop or a full quota, or submit it; what does not stand is taken back."""
    assert visit.response is not None
    old = way.leftovers()
    if old.values or old.texts:
        responses.save_page(
            visit.session, visit.response, page, old.values, old.texts, 0.0, now, today=visit.today
        )
    session, response = visit.session, visit.response
    if way.stop is not None:
        at, stop = next(iter(way.stops.items()))
        counts_as = dispositions.of_stop(visit.router, at, stop, way)
        screen_out(session, response, now, disposition=counts_as, ended_by=stop.code)
    elif quota is not None:
        full = Disposition.OVER_QUOTA
        screen_out(session, response, now, disposition=full, ended_by=f"{OF_QUOTA}{quota}")
    else:
        counts_as = dispositions.of_way(visit.router, way, is_sent=True)
        quotas = visit.router.quotas(way)
        submit(session, response, now, disposition=counts_as, quotas=quotas)
    return Turn(way, saved=True)
