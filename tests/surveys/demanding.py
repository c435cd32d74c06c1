"""A questionnaire that asks something of its answers: reminders, limits, one answer against another."""

from typing import Any

from tests.surveys.worlds import text


def both(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh": chinese}


DOCUMENT: dict[str, Any] = {
    "format": "manyi/2",
    "code": "demands",
    "title": text("Demands"),
    "scales": {"five": {"low": 1, "high": 5}},
    "pipes": {"cuts": {"question": "CLASS", "fallback": text("some")}},
    "sections": [
        {
            "code": "P1",
            "title": text("One"),
            "questions": [
                {"type": "number", "code": "OUT", "text": text("Cuts?"), "high": 366, "required": "soft",
                 "messages": {"range": both("From 0 to 366, please.", "请填0到366。"),
                              "required": both("Even 0 helps us.", "没有请填0。")}},
                {"type": "number", "code": "HOURS", "decimals": 1, "high": 99, "show_if": "OUT > 0",
                 "text": text("Hours?")},
                {"type": "date", "code": "WHEN", "low": "date('2019-01-01')", "high": "today()",
                 "show_if": "OUT > 0", "text": text("When?")},
                {"type": "date", "code": "BACK", "show_if": "answered(WHEN)", "text": text("Back?"),
                 "valid_if": "BACK >= WHEN",
                 "messages": {"valid": both("Not before the cut.", "不能早于停电日。")}},
                {"type": "number", "code": "METER", "high": 999999, "text": text("Meter?")},
                {"type": "single", "code": "CLASS", "text": text("Class?"), "required": "soft", "options": [
                    {"code": "home", "value": 1, "text": text("Home")},
                    {"code": "else", "value": 2, "text": text("Other"), "with_text": "required"}],
                 "messages": {"text": both("Which one?", "是哪一类？")}},
                {"type": "grid", "code": "G", "text": text("Rate"), "scale": "five", "required": "soft",
                 "rows": [{"code": "G1", "text": text("One")}, {"code": "G2", "text": text("Two")}]},
                {"type": "long_text", "code": "WHY", "text": text("Why?"), "required": "soft"},
            ],
        },
        {
            "code": "P2",
            "title": text("Two"),
            "questions": [
                {"type": "short_text", "code": "LONG", "text": text("Long"), "show_if": "HOURS >= 2.5"},
                {"type": "short_text", "code": "MUCH", "text": text("Much"), "show_if": "METER > 40000"},
                {"type": "short_text", "code": "NOTE", "text": text("Note")},
            ],
        },
    ],
}  # fmt: skip
