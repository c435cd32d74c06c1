"""Completed questionnaires are counted after they are stored, in a transaction of their own."""

from collections.abc import Callable
from datetime import datetime

from flask import request

from surveys.collecting.alike import scored
from surveys.collecting.counting import cells_of, counters_of
from surveys.collecting.packing import layout_of
from surveys.collecting.page_turn import Turn
from surveys.collecting.responses import account_of
from surveys.collecting.visit import Visit
from surveys.models.collection import KIOSK, Purpose, ResponseState


def counting_of(found: Visit, came: Turn, now: datetime) -> Callable[[], None]:
    """Give what counts the questionnaire that this page completed; nothing where it did not, or was a trial.

    Everything is read before the commit, so that counting asks the answers' database nothing.
    """
    response = found.response
    is_over = response is not None and response.state == ResponseState.COMPLETE
    if came.page is not None or response is None or not is_over or found.wave.purpose == Purpose.DRAFT:
        return lambda: None
    asked = scored(found.router.document, layout_of(found.session, response.version_id))
    unit = account_of(response).get("unit", "")
    address = request.remote_addr or ""
    cells = cells_of(response.wave_id, unit, address, now, at_kiosk=response.mode == KIOSK)
    counters = counters_of(found.session.get_bind().engine)
    answers = response.answers
    return lambda: counters.note(cells, answers, asked)
