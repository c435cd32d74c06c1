"""Days where the site is, and the moments at which they begin and end."""

from datetime import UTC, date, datetime, time, timedelta

from flask_babel import to_user_timezone, to_utc


def begin_of(day: date) -> datetime:
    """Give the moment at which a day begins."""
    moment: datetime = to_utc(datetime.combine(day, time.min))
    return moment.replace(tzinfo=UTC)


def end_of(day: date) -> datetime:
    """Give the moment at which a day is over."""
    return begin_of(day + timedelta(days=1))


def day_of(moment: datetime) -> date:
    """Give the day of a moment."""
    return to_user_timezone(moment).date()  # type: ignore[no-any-return]


def first_day(begin: datetime | None) -> date | None:
    """Give the day on which a window begins."""
    return None if begin is None else day_of(begin)


def last_day(end: datetime | None) -> date | None:
    """Give the last day of a window that ends at a moment, mostly a midnight."""
    return None if end is None else day_of(end - timedelta(microseconds=1))
