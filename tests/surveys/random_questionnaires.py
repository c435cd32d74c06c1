"""Random questionnaires, their conditions with a meaning in plain Python; people who change their minds."""

from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from tests.surveys.random_tests import Condition, Known, typed
from tests.surveys.worlds import text

CLASSES = ("residential", "industrial")
TYPES = ("single", "multiple", "number", "rating", "short_text", "dropdown")
TYPED = (*TYPES, "ranking", "date")
LISTED = frozenset({"single", "multiple", "ranking"})


class Made(NamedTuple):
    """A document as plain values, and the conditions of its parts by code, of options by CODE=OPTION."""

    document: dict[str, Any]
    conditions: dict[str, Condition]
    stops: dict[str, Condition]

    def offered(self, asked: Mapping[str, Any], known: Known) -> set[str]:
        """The options of a question, or rows of a grid, that whoever is known so is offered."""
        parts = asked.get("rows", asked.get("options", ()))
        always = Condition("", lambda _known: True)
        holds = {
            each["code"]: self.conditions.get(f"{asked['code']}={each['code']}", always) for each in parts
        }
        return {code for code, condition in holds.items() if condition.holds(known)}


def leaf(random: Random, question: Mapping[str, Any], before: list[dict[str, Any]], form: int) -> Condition:
    if form > 1 and random.random() < 0.7:
        return typed(random, question, before)
    code, kind = question["code"], question["type"]
    if kind in {"single", "dropdown", "lot"}:
        option = random.choice(question["options"])["code"]
        return random.choice(
            [
                Condition(f"{code} == '{option}'", lambda known: known[code] == option),
                Condition(f"{code} != '{option}'", lambda known: known[code] not in {None, option}),
                Condition(f"{code} in ['{option}']", lambda known: known[code] == option),
            ]
        )
    if kind == "multiple":
        option = random.choice(question["options"])["code"]
        return random.choice(
            [
                Condition(f"'{option}' in {code}", lambda known: option in (known[code] or ())),
                Condition(
                    f"'{option}' not in {code}",
                    lambda known: known[code] is not None and option not in known[code],
                ),
            ]
        )
    if kind in {"short_text", "date", "ranking"}:
        return typed(random, question, before)
    limit = random.randint(1, 5)
    return random.choice(
        [
            Condition(f"{code} > {limit}", lambda known: known[code] is not None and known[code] > limit),
            Condition(f"{code} != {limit}", lambda known: known[code] not in {None, limit}),
            Condition(f"answered({code})", lambda known: known[code] is not None),
        ]
    )


def condition(random: Random, before: list[dict[str, Any]], form: int, depth: int = 2) -> Condition:
    roll = random.random()
    if depth == 0 or roll < 0.5:
        return leaf(random, random.choice(before), before, form)
    first = condition(random, before, form, depth - 1)
    if roll < 0.7:
        return Condition(f"not ({first.text})", lambda known: not first.holds(known))
    second = condition(random, before, form, depth - 1)
    if roll < 0.85:
        return Condition(
            f"({first.text}) and ({second.text})", lambda known: first.holds(known) and second.holds(known)
        )
    return Condition(
        f"({first.text}) or ({second.text})", lambda known: first.holds(known) or second.holds(known)
    )


def question(random: Random, code: str, form: int) -> dict[str, Any]:
    kind = random.choice(TYPES if form == 1 else (*TYPED, "decimal", "lot", "grid"))
    made: dict[str, Any] = {"type": kind, "code": code, "text": text(code)}
    if kind == "dropdown":
        made["account"] = "customer_class"
        made["options"] = [{"code": c, "value": n, "text": text(c)} for n, c in enumerate(CLASSES)]
    elif kind in {"single", "multiple", "ranking"}:
        made["options"] = [{"code": c, "value": n, "text": text(c)} for n, c in enumerate("abc")]
        made |= {"most": 3} if kind == "ranking" else {}
        made["options"][-1]["with_text"] = kind != "ranking"
    elif kind == "lot":
        made["options"] = [
            {"code": c, "value": n, "text": text(c), "share": n + 1} for n, c in enumerate("abc")
        ]
    elif kind == "grid":
        made |= {"scale": "five", "rows": [{"code": f"{code}_{c}", "text": text(c)} for c in "abc"]}
    elif kind == "decimal":
        made |= {"type": "number", "decimals": 1, "high": 6}
    elif kind == "number":
        made["high"] = 6
    elif kind == "rating":
        made["scale"] = "five"
    if kind not in {"dropdown", "lot"} and random.random() < 0.3:
        made["required"] = True
    elif kind not in {"dropdown", "lot"} and form > 1 and random.random() < 0.2:
        made["required"] = "soft"
    return made


def vary(
    random: Random,
    asked: dict[str, Any],
    visible: list[dict[str, Any]],
    earlier: list[dict[str, Any]],
    conditions: dict[str, Condition],
) -> None:
    """Let options come and go, be taken from an earlier question, and stand in random order."""
    code = asked["code"]
    parts = asked["rows"] if asked["type"] == "grid" else asked["options"]
    if random.random() < 0.5:
        asked["order"] = "random"
        parts[0]["fixed"] = random.random() < 0.5
    sources = [each for each in earlier if each["type"] in LISTED]
    if sources and random.random() < 0.5:
        source, take = random.choice(sources), random.choice(["chosen", "left"])
        asked["rows_from" if asked["type"] == "grid" else "options_from"] = {
            "question": source["code"], "take": take}  # fmt: skip
        for part, option in zip(parts[:2], "ab", strict=True):
            part["for"] = option
            del part["text"]
            conditions[f"{code}={part['code']}"] = taken(source, option, take, conditions)
    for part in parts:
        if visible and random.random() < 0.4:
            made, at = condition(random, visible, 2, 1), f"{code}={part['code']}"
            part["show_if"] = made.text
            conditions[at] = both(conditions[at], made) if at in conditions else made


def unlike(code: str, other: str) -> Condition:
    """What a number must satisfy: it is not another, where there is one."""
    return Condition(
        f"not {code} == {other}", lambda known: known[other] is None or known[code] != known[other]
    )


def taken(
    source: Mapping[str, Any], option: str, take: str, conditions: Mapping[str, Condition]
) -> Condition:
    """Whether an option was chosen, or offered and left."""
    code = source["code"]

    def holds(known: Known) -> bool:
        said = known[code]
        if said is None:
            return False
        chosen = option == said if isinstance(said, str) else option in said
        own = conditions.get(f"{code}={option}")
        return chosen if take == "chosen" else not chosen and (own is None or own.holds(known))

    return Condition("", holds)


def both(one: Condition, two: Condition) -> Condition:
    return Condition("", lambda known: one.holds(known) and two.holds(known))


def make(random: Random) -> Made:
    """Make a questionnaire of eight questions, of the first format or the second."""
    form = random.choice([1, 2])
    before: list[dict[str, Any]] = []
    earlier: list[dict[str, Any]] = []  # on pages that come before in every order
    sections: list[dict[str, Any]] = []
    conditions: dict[str, Condition] = {}
    stops: dict[str, Condition] = {}
    while len(before) < 8:
        section: dict[str, Any] = {"code": f"P{len(sections)}", "title": text("Page"), "questions": []}
        if form > 1 and random.random() < 0.5:
            section["shuffle"] = "mix"
        if not ("shuffle" in section and sections and "shuffle" in sections[-1]):
            earlier = [*before]
        visible = [*earlier]
        if seen(visible, form) and random.random() < 0.4:
            made = conditions[section["code"]] = condition(random, seen(visible, form), form)
            section["show_if"] = made.text
        for _ in range(random.randint(1, 3)):
            asked = question(random, f"Q{len(before)}", form)
            if asked["type"] != "lot" and seen(visible, form) and random.random() < 0.6:
                made = conditions[asked["code"]] = condition(random, seen(visible, form), form)
                asked["show_if"] = made.text
            numbers = [each["code"] for each in visible if each["type"] == "number"]
            if form > 1 and asked["type"] == "number" and numbers:
                conditions[f"{asked['code']}!"] = other = unlike(asked["code"], random.choice(numbers))
                asked["valid_if"] = other.text
            if form > 1 and asked["type"] in {*LISTED, "grid"}:
                vary(random, asked, seen(visible, form), earlier, conditions)
            before.append(asked)
            visible.append(asked)
            section["questions"].append(asked)
        if seen(visible, form) and random.random() < 0.15:
            made = stops[section["code"]] = condition(random, seen(visible, form), form)
            section["stops"] = [{"code": "end", "when": made.text, "text": text("Bye")}]
        sections.append(section)
    scales = {"five": {"low": 1, "high": 5}}
    document = {"format": f"manyi/{form}", "code": "random", "title": text("R"), "scales": scales}
    return Made(document | {"sections": sections}, conditions, stops)


def seen(questions: list[dict[str, Any]], form: int) -> list[dict[str, Any]]:
    """Questions that conditions of a format can ask about."""
    return [
        each for each in questions if each["type"] != "grid" and (form > 1 or each["type"] != "short_text")
    ]
