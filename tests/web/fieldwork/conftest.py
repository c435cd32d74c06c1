"""A published version, and waves of it."""

from datetime import UTC, datetime

import pytest

from surveys.collecting import waves
from surveys.document import loading
from surveys.editing import publishing
from tests.surveys.worlds import document


@pytest.fixture
def version(session):
    """A published version of a small questionnaire."""
    made = publishing.publish(session, loading.load(document()), "somebody", datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def wave(session, version):
    """Plan a wave and open it unless told otherwise."""

    def make(code="W1", *, opened=True, **settings):
        now = datetime.now(UTC)
        made = waves.create_wave(
            session, version, code=code, title={"zh": "第一期", "en": "First"}, now=now, **settings
        )
        if opened:
            waves.open_wave(session, made, now)
        session.commit()
        return made

    return make
