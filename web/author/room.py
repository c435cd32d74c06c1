"""What the pages of questionnaires share: their blueprint, and the questionnaire of an address."""

from flask import Blueprint, abort

from web.author import sources
from web.author.sources import Source
from web.extensions import db

blueprint = Blueprint("author", __name__, url_prefix="/questionnaires")
PLACE = "/<any(instrument, version):source>/<code>/<part>"


def find(source: str, code: str, part: str) -> Source:
    """Give the questionnaire of an address; where there is none, the page is not found."""
    found = sources.find(db.session, source, code, part)
    if found is None:
        abort(404)
    return found
