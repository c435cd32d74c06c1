"""Who sees the answers, said on the page itself: nobody leaves it for that, at a tablet least of all."""

import re
from functools import cache

from flask import render_template
from flask_babel import force_locale

from surveys.collecting.visit import Visit
from surveys.models.collection import Access
from web import i18n
from web.respond import commenting

LINK_AWAY = re.compile(r'<a href="(?!#)[^>]*>(.*?)</a>', re.DOTALL)


def told(found: Visit, language: str) -> str:
    """Write what is stored of this respondent, who sees it and for how long, to be unfolded."""
    wave = found.wave
    return _told(
        language,
        is_anonymous=wave.anonymous,
        is_invited=wave.access == Access.INVITED,
        is_trial=commenting.is_trial(found),
        at_kiosk=bool(found.seat),
    )


@cache
def _told(language: str, **known: bool) -> str:
    with force_locale(i18n.locale(language)):
        return render_template("respond/_privacy.html", **known)


def without_ways_out(found: Visit, page: str) -> str:
    """Leave the words of authors' links at a tablet, and no link: nothing there ends by itself."""
    return LINK_AWAY.sub(r"\1", page) if found.seat else page
