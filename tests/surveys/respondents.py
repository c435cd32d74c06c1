"""Respondents who begin, answer everything, are refused, or act at the same time."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from surveys.codes import DONT_KNOW
from surveys.collecting import responses
from surveys.errors import SurveyError
from surveys.models import Response, Wave
from tests.surveys.worlds import NOW


def start(session: Session, wave: Wave, key: str = "browser", **more) -> Response:
    response = responses.open_response(session, wave, client_key=key, language="zh", now=NOW, **more)
    session.commit()
    return response


def answer_all(session: Session, response: Response) -> None:
    responses.save_page(session, response, "supply", {"Q1": 8, "Q2": 7, "Q3": DONT_KNOW}, {}, 12.34, NOW)
    responses.save_page(session, response, "after", {"CH.hall": 1, "CH.line": 0}, {"WHY": "好"}, 5, NOW)
    session.commit()


def refused(code: str, call: Callable, *arguments, **named) -> None:
    with pytest.raises(SurveyError) as caught:
        call(*arguments, **named)
    assert caught.value.code == code


def together(engine, number: int, work: Callable[[Session], object]) -> list[object]:
    """Run the same work in several threads at once, each in a session of its own."""
    barrier = threading.Barrier(number)
    results: list[object] = [None] * number

    def run(place: int) -> None:
        try:
            with Session(engine) as session:
                barrier.wait(10)
                results[place] = work(session)
                session.commit()
        except Exception as error:  # noqa: BLE001 - a thread must hand its failure over
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results
