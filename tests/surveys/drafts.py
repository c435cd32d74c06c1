"""Drafts to change in tests."""

import json
from datetime import UTC, datetime
from typing import Any

from surveys.editing import drafting
from surveys.editing.assembling import assembled
from surveys.editing.drafting import Change, Outcome

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
DOCUMENT: dict[str, Any] = {
    "format": "manyi/2",
    "code": "small",
    "languages": ["zh", "en"],
    "title": {"zh": "小", "en": "Small"},
    "scales": {
        "s10": {"low": 1, "high": 10, "anchors": [{"zh": "差", "en": "Poor"}, {"zh": "好", "en": "Good"}]}
    },
    "pipes": {"way": {"question": "MET", "not_for": ["none"], "fallback": {"zh": "服务", "en": "service"}}},
    "sections": [
        {
            "code": "A",
            "title": {"zh": "甲", "en": "A"},
            "questions": [
                {
                    "code": "MET",
                    "type": "single",
                    "text": {"zh": "用过？", "en": "Used?"},
                    "options": [
                        {"code": "hot", "value": 1, "text": {"zh": "热线", "en": "Hotline"}},
                        {"code": "none", "value": 2, "text": {"zh": "无", "en": "None"}},
                    ],
                },
                {"code": "S1", "type": "rating", "scale": "s10", "text": {"zh": "一", "en": "One"}},
                {"code": "S2", "type": "rating", "scale": "s10", "text": {"zh": "二", "en": "Two"}},
            ],
        },
        {
            "code": "B",
            "title": {"zh": "乙", "en": "B"},
            "show_if": "MET != 'none' and S1 <= 4",
            "questions": [
                {"code": "WHY", "type": "long_text", "text": {"zh": "为何{way}？", "en": "Why {way}?"}}
            ],
        },
    ],
    "indicators": {
        "index": "SAT",
        "name": {"zh": "指数", "en": "Index"},
        "constructs": [
            {
                "id": "SAT",
                "name": {"zh": "满意", "en": "Satisfaction"},
                "dimensions": [{"id": "D1", "name": {"zh": "维", "en": "D"}, "indicators": ["S1", "S2"]}],
            }
        ],
    },
    "quality": {"contradiction": ["S1 >= 9 and S2 <= 2"], "item_missing": {"share": 0.4}},
}


def written(plain: Any) -> str:
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def words(node, language, value):
    return {"op": "set", "id": node.id, "field": f"text/{language}", "value": value}


class Desk:
    """A draft and the people who change it, each in windows of their own."""

    def __init__(self, session, document=DOCUMENT, code="small"):
        self.session = session
        self.draft = drafting.begin(session, code, document, staff_name="ann", now=NOW)
        self.sent = 0

    def nodes(self):
        return drafting.nodes_of(self.session, self.draft)

    def document(self) -> str:
        return written(assembled(self.nodes()))

    def find(self, kind: str, code: str = ""):
        return next(node for node in self.nodes() if node.kind == kind and code in ("", node.code))

    def client(self) -> bytes:
        self.sent += 1
        return self.sent.to_bytes(16)

    def do(self, *operations, who="ann", tab=None, base=None, client=None, gesture=None) -> Outcome:
        change = Change(
            self.draft.number if base is None else base,
            (tab or who).encode().ljust(16, b"."),
            client or self.client(),
            operations,
            gesture.encode().ljust(16, b".") if gesture else None,
        )
        return drafting.change(self.session, self.draft, change, staff_name=who, now=NOW)
