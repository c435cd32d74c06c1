"""Those who began, by channel and day: nobody of fewer than five stands alone, and nobody is lost."""

from datetime import timedelta

import pytest

from surveys.watching.begun import LEAST, OF_BEGUN, by_channel, by_day
from surveys.watching.standing import Outcome
from tests.surveys.respondents import start
from tests.surveys.worlds import NOW, make_wave


@pytest.fixture
def wave(session):
    """Of a wave that is not anonymous, so that times of day are stored: on 0, 1, 2 … days after the first."""
    made = make_wave(session, anonymous=False)
    days = (6, 2, 2, 1, 0, 7, 3)
    number = 0
    for day, n in enumerate(days):
        for each in range(n):
            response = start(session, made, f"{number:024}")
            response.started_at = NOW.replace(hour=0) + timedelta(days=day, hours=each * 3)
            response.disposition = ("complete", "partial", "refused", "screened", None)[number % 5]
            response.mode = "web" if number % 7 else "phone"
            number += 1
    session.commit()
    return made


def test_days_join_their_neighbours_until_there_are_five(session, wave):
    found = by_day(session, wave)
    first = NOW.date()
    days = [str(first + timedelta(days=each)) for each in range(7)]
    assert [part.names for part in found] == [(days[0],), (days[1], days[2], days[3]), (days[5], days[6])]
    assert [part.n for part in found] == [6, 5, 10]
    assert all(part.n >= LEAST for part in found)
    whole = {
        each: sum(part.outcomes[each] for part in found) for each in Outcome if each in found[0].outcomes
    }
    assert sum(whole.values()) == 21
    assert (whole[Outcome.COMPLETE], whole[Outcome.BREAK_OFF]) == (5, 4)


def test_channels_join_and_rates_are_named(session, wave):
    [both] = by_channel(session, wave)  # three by telephone stand with the others
    assert both.names == ("web", "phone")
    assert both.n == 21
    assert [each.name for each in both.rates] == list(OF_BEGUN)
    i, p, r = 5, 4, 4 + 4
    assert both.rate("COOP1") == ("COOP1", pytest.approx(i / (i + p + r)), i, i + p + r)
    assert both.rate("COOP2").value == pytest.approx((i + p) / (i + p + r))
    assert both.rate("REF3").value == pytest.approx(r / (i + p + r))


def test_of_fewer_than_five_nothing_is_said(session):
    made = make_wave(session)
    for number in range(LEAST - 1):
        start(session, made, f"{number:024}")
    session.commit()
    assert (by_day(session, made), by_channel(session, made)) == ([], [])
    start(session, made, "9" * 24)
    session.commit()
    assert [part.n for part in by_day(session, made)] == [LEAST]
