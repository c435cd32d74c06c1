"""A questionnaire with quotas: what they ask about stands on two pages, one follow-up among it."""

from tests.surveys.worlds import document, text

YES_NO = [{"code": "yes", "value": 1, "text": text("Yes")}, {"code": "no", "value": 0, "text": text("No")}]


def asking(**changes):
    """Two pages: what quotas ask about stands on both, and a follow-up on the second."""
    pages = [
        {"code": "who", "title": text("Who"), "questions": [
            {"type": "single", "code": "SHOP", "text": text("A shop?"), "options": YES_NO},
        ]},
        {"code": "cuts", "title": text("Cuts"), "questions": [
            {"type": "number", "code": "OUT", "text": text("Power cuts?"), "low": 0, "high": 50},
            {"type": "number", "code": "HOURS", "text": text("Hours?"), "show_if": "OUT > 0", "high": 99},
        ]},
        {"code": "last", "title": text("Last"), "questions": [
            {"type": "single", "code": "AGAIN", "text": text("Again?"), "options": YES_NO},
        ]},
    ]  # fmt: skip
    quotas = [
        {"code": "SHOPS", "when": "SHOP == 'yes'", "text": text("Enough shops.")},
        {"code": "CUT", "when": "SHOP == 'yes' and OUT > 0", "text": text("Enough cuts.")},
        {"code": "LONG", "when": "HOURS > 5", "text": text("Enough long cuts.")},
    ]
    return document(format="manyi/2", code="counted", sections=pages, quotas=quotas) | changes
