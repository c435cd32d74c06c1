"""A questionnaire that is not the same for all: options and rows come and go, orders and lots are drawn."""

from typing import Any

from tests.surveys.demanding import both
from tests.surveys.worlds import text


def option(code: str, value: int, **more: Any) -> dict[str, Any]:
    return {"code": code, "value": value, "text": text(code.title())} | more


DOCUMENT: dict[str, Any] = {
    "format": "manyi/2",
    "code": "varying",
    "title": text("Varying"),
    "intro": text("Welcome to {who}"),
    "pipes": {"who": {"fallback": text("us")}},
    "scales": {"five": {"low": 1, "high": 5}},
    "sections": [
        {"code": "START", "title": text("Start"), "questions": [
            {"type": "lot", "code": "FORM", "text": text("Form"), "options": [
                option("a", 1), option("b", 2, share=3)]},
            {"type": "single", "code": "CLASS", "text": text("Class"),
             "options": [option("home", 1), option("shop", 2)]},
            {"type": "multiple", "code": "MET", "text": text("Met"), "order": "random", "least": 2,
             "options": [
                option("hot", 1), option("hall", 2),
                option("manager", 3, show_if="CLASS == 'shop'"),
                option("else", 4, fixed=True, with_text="required"),
                option("none", 5, fixed=True, exclusive=True)]}]},
        {"code": "RATE", "title": text("Rate"), "shuffle": "middle", "questions": [
            {"type": "grid", "code": "G", "text": text("Rate"), "scale": "five", "order": "random",
             "rows_from": {"question": "MET"}, "rows": [
                 {"code": "R_HOT", "for": "hot", "text": text("The hotline solved it")},
                 {"code": "R_HALL", "for": "hall"},
                 {"code": "R_MANAGER", "for": "manager"},
                 {"code": "R_ELSE", "for": "else"},
                 {"code": "R_ALL", "fixed": True, "text": text("All of it")}]}]},
        {"code": "LEFT", "title": text("Left"), "shuffle": "middle", "questions": [
            {"type": "single", "code": "WANT", "text": text("Which next?"),
             "options_from": {"question": "MET", "take": "left"}, "options": [
                 option("hot", 1, **{"for": "hot"}), option("hall", 2, **{"for": "hall"}),
                 option("manager", 3, **{"for": "manager"})]},
            {"type": "ranking", "code": "BEST", "text": text("Best"), "most": 2,
             "options_from": {"question": "MET"}, "options": [
                 {"code": "hot", "value": 1, "for": "hot"}, {"code": "hall", "value": 2, "for": "hall"},
                 {"code": "else", "value": 3, "for": "else"}]}]},
        {"code": "OTHER", "title": text("Other"), "shuffle": "middle", "questions": [
            {"type": "short_text", "code": "B", "text": both("Only B", "仅乙"), "show_if": "FORM == 'b'"},
            {"type": "short_text", "code": "SAY", "text": text("Say")}]},
    ],
}  # fmt: skip
