"""A sent page: checked and saved, then a stop, a question that came up, the next page or the end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from surveys.asking.way import Way
from surveys.codes import NOT_ASKED
from surveys.collecting import responses
from surveys.collecting.submitting import screen_out, submit
from surveys.collecting.visit import Visit
from surveys.errors import Problem
from surveys.questions.reading import Form, PageProblem


class Sent(NamedTuple):
    """A page as it came, with the seconds that were spent on it."""

    page: str
    form: Form
    go: Literal["next", "back", "stay"]
    seconds: float


class Turn(NamedTuple):
    """What came of it. Saved: `page` comes then, at a `question` of it, or nothing any more.

    Not saved: the `problems` are to be mended, or, where there are none, the page is not asked.
    """

    way: Way
    saved: bool
    problems: Sequence[PageProblem] = ()
    page: str | None = None
    question: str = ""


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
        return Turn(before, saved=False)
    checked = visit.router.check(sent.page, sent.form, before)
    way = visit.router.way(before.answers.saying(checked))
    problems = checked.problems
    if sent.go != "next" or sent.page in way.stops:
        problems = [each for each in problems if each.problem != Problem.ANSWER_REQUIRED]
    if problems:
        return Turn(way, saved=False, problems=problems)
    revision = response.revision
    values = before.filed | checked.values
    responses.save_page(visit.session, response, sent.page, values, checked.texts, sent.seconds, now)
    if response.revision != revision + 1:
        way = visit.way()  # another tab saved meanwhile: what it said counts too
    if sent.go == "back":
        return Turn(way, saved=True, page=way.before(sent.page) or sent.page)
    if sent.go == "stay":
        return Turn(way, saved=True, page=sent.page)
    return _onward(visit, sent, before, way, now)


def _onward(visit: Visit, sent: Sent, before: Way, way: Way, now: datetime) -> Turn:
    assert visit.response is not None
    if sent.page in way.stops:
        screen_out(visit.session, visit.response, now, invitation=visit.invitation)
        return Turn(way, saved=True)
    known = set(before.shown[sent.page])
    # In the order of the page: whoever is led to a later one would overlook those above it.
    came_up = (
        code
        for code in way.shown.get(sent.page, ())
        if code not in known and way.standing.get(code, NOT_ASKED) < 0
    )
    question = next(came_up, None)
    if question is not None:
        return Turn(way, saved=True, page=sent.page, question=question)
    following = way.after(sent.page)
    return Turn(way, saved=True, page=following) if following else _end(visit, sent, way, now)


def _end(visit: Visit, sent: Sent, way: Way, now: datetime) -> Turn:
    """Submit where nothing is missing; whoever skipped a page by its address is led to it."""
    assert visit.response is not None
    if way.stop is not None:
        screen_out(visit.session, visit.response, now, invitation=visit.invitation)
        return Turn(way, saved=True)
    gap = way.gap()
    if gap is not None:
        return Turn(way, saved=True, page=gap)
    old = way.leftovers()
    if old.values or old.texts:
        responses.save_page(visit.session, visit.response, sent.page, old.values, old.texts, 0.0, now)
    submit(visit.session, visit.response, now, invitation=visit.invitation)
    return Turn(way, saved=True)
