"""Random questionnaires, their conditions with a meaning in plain Python; people who change their minds."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.codes import NOT_ASKED, RESERVED
from surveys.errors import Problem
from tests.surveys.worlds import text

Known = Mapping[str, Any]
CLASSES = ("residential", "industrial")
TYPES = ("single", "multiple", "number", "rating", "short_text", "dropdown")


class Condition(NamedTuple):
    """A condition as a document writes it, and its meaning; a question without an answer is None."""

    text: str
    holds: Callable[[Known], bool]


class Made(NamedTuple):
    """A document as plain values, and the conditions of its parts by code; grid rows have none here."""

    document: dict[str, Any]
    conditions: dict[str, Condition]
    stops: dict[str, Condition]


def leaf(random: Random, question: Mapping[str, Any]) -> Condition:
    code, kind = question["code"], question["type"]
    if kind in {"single", "dropdown"}:
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
    limit = random.randint(1, 5)
    return random.choice(
        [
            Condition(f"{code} > {limit}", lambda known: known[code] is not None and known[code] > limit),
            Condition(f"{code} != {limit}", lambda known: known[code] not in {None, limit}),
            Condition(f"answered({code})", lambda known: known[code] is not None),
        ]
    )


def condition(random: Random, before: list[dict[str, Any]], depth: int = 2) -> Condition:
    roll = random.random()
    if depth == 0 or roll < 0.5:
        return leaf(random, random.choice(before))
    first = condition(random, before, depth - 1)
    if roll < 0.7:
        return Condition(f"not ({first.text})", lambda known: not first.holds(known))
    second = condition(random, before, depth - 1)
    if roll < 0.85:
        return Condition(
            f"({first.text}) and ({second.text})", lambda known: first.holds(known) and second.holds(known)
        )
    return Condition(
        f"({first.text}) or ({second.text})", lambda known: first.holds(known) or second.holds(known)
    )


def question(random: Random, code: str) -> dict[str, Any]:
    kind = random.choice(TYPES)
    made: dict[str, Any] = {"type": kind, "code": code, "text": text(code)}
    if kind == "dropdown":
        made["account"] = "customer_class"
        made["options"] = [{"code": c, "value": n, "text": text(c)} for n, c in enumerate(CLASSES)]
    elif kind in {"single", "multiple"}:
        made["options"] = [{"code": c, "value": n, "text": text(c)} for n, c in enumerate("abc")]
        made["options"][-1]["with_text"] = True
    elif kind == "number":
        made["high"] = 6
    elif kind == "rating":
        made["scale"] = "five"
    if kind != "dropdown" and random.random() < 0.3:
        made["required"] = True
    return made


def make(random: Random) -> Made:
    """Make a questionnaire of eight questions."""
    before: list[dict[str, Any]] = []
    sections: list[dict[str, Any]] = []
    conditions: dict[str, Condition] = {}
    stops: dict[str, Condition] = {}
    while len(before) < 8:
        section: dict[str, Any] = {"code": f"P{len(sections)}", "title": text("Page"), "questions": []}
        if seen(before) and random.random() < 0.4:
            made = conditions[section["code"]] = condition(random, seen(before))
            section["show_if"] = made.text
        for _ in range(random.randint(1, 3)):
            asked = question(random, f"Q{len(before)}")
            if seen(before) and random.random() < 0.6:
                made = conditions[asked["code"]] = condition(random, seen(before))
                asked["show_if"] = made.text
            before.append(asked)
            section["questions"].append(asked)
        if seen(before) and random.random() < 0.15:
            made = stops[section["code"]] = condition(random, seen(before))
            section["stops"] = [{"code": "end", "when": made.text, "text": text("Bye")}]
        sections.append(section)
    scales = {"five": {"low": 1, "high": 5}}
    document = {"format": "manyi/1", "code": "random", "title": text("R"), "scales": scales}
    return Made(document | {"sections": sections}, conditions, stops)


def seen(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Questions that conditions of format 1 can ask about."""
    return [each for each in questions if each["type"] != "short_text"]


def sent(random: Random, asked: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a person sends for a question; required ones are answered."""
    code, kind = asked["code"], asked["type"]
    if not asked.get("required") and random.random() < 0.15:
        return {}
    if kind in {"single", "dropdown"}:
        option = random.choice(asked["options"])["code"]
        return {code: [option]} | ({f"{code}.text": ["own"]} if option == "c" else {})
    if kind == "multiple":
        chosen = random.sample("abc", random.randint(1, 3))
        return {code: chosen} | ({f"{code}.text": ["own"]} if random.random() < 0.5 else {})
    if kind == "short_text":
        return {code: ["words"]}
    return {code: [random.choice(["1", "2", "3", "4", "5"] + (["dk"] if kind == "rating" else []))]}


def say(random: Random, made: Made, router: Router, answers: Answers, page: str) -> Answers:
    """Fill in a page as it is shown and send it until nothing on it is refused."""
    way = router.way(answers)
    questions = next(s["questions"] for s in made.document["sections"] if s["code"] == page)
    shown = set(way.shown[page])
    form = {}
    while True:
        for asked in questions:
            if asked["code"] in shown and asked["code"] not in form:
                form |= sent(random, asked)
        found = router.check(page, form, way)
        if not found.problems:
            said = answers.saying(found)
            return Answers(
                said.values | {s: v for s, v in way.filed.items() if s not in found.values},
                said.texts,
                said.account,
            )
        for each in found.problems:
            if each.problem == Problem.ANSWER_HIDDEN:
                form = {
                    name: value
                    for name, value in form.items()
                    if name.split(".")[0] != each.field.split(".")[0]
                }
                shown.discard(each.field.split(".")[0])
            else:
                assert each.problem == Problem.ANSWER_REQUIRED, each
                shown.add(each.field)


def answer(random: Random, made: Made, router: Router, account: Known) -> Answers:
    """Go to the end with two changes of mind; gives what is stored of the complete response."""
    slots = [slot.code for slot in router.document.slots]
    answers = Answers(dict.fromkeys(slots, NOT_ASKED), {}, account)
    minds = 2
    page = router.way(answers).after(None)
    for _ in range(200):
        if page is None:
            break
        before = router.way(answers)
        answers = say(random, made, router, answers, page)
        way = router.way(answers)
        if page in way.stops:
            break
        again = set(way.shown.get(page, ())) - set(before.shown[page])
        if not again:
            page = way.after(page) or way.gap()
        if minds and random.random() < 0.3:
            minds -= 1
            page = random.choice([*way.shown])
    old = router.way(answers).leftovers()
    texts = {field: words for field, words in (answers.texts | old.texts).items() if words}
    return Answers(answers.values | old.values, texts, account)


def understood(asked: Mapping[str, Any], values: Mapping[str, int]) -> Any:
    """What a stored answer means."""
    code = asked["code"]
    if asked["type"] == "multiple":
        marks = [option["code"] for option in asked["options"] if values[f"{code}.{option['code']}"] == 1]
        return marks or None
    value = values.get(code, NOT_ASKED)
    if value in RESERVED:
        return None
    return next((o["code"] for o in asked.get("options", ()) if o["value"] == value), value)


def led_to(made: Made, answers: Answers) -> set[str]:
    """The questions that these answers lead to, and no others, by the meaning of the conditions alone."""
    asked: set[str] = set()
    known: dict[str, Any] = {}
    always = Condition("", lambda _known: True)
    for section in made.document["sections"]:
        if not made.conditions.get(section["code"], always).holds(known):
            known |= dict.fromkeys((each["code"] for each in section["questions"]), None)
            known |= {
                each["code"]: answers.account["customer_class"]
                for each in section["questions"]
                if each["type"] == "dropdown" and answers.account
            }
            continue
        for each in section["questions"]:
            code = each["code"]
            if each["type"] == "dropdown" and answers.account:
                known[code] = answers.account["customer_class"]
            elif made.conditions.get(code, always).holds(known):
                asked.add(code)
                known[code] = understood(each, answers.values)
            else:
                known[code] = None
        stop = made.stops.get(section["code"])
        if stop is not None and stop.holds(known):
            break
    return asked


def answered(made: Made, answers: Answers) -> set[str]:
    """The questions of which anything is stored; those that the customer file answers are nobody's."""
    found = {slot.split(".")[0] for slot, value in answers.values.items() if value != NOT_ASKED}
    found |= {field.split(".")[0] for field in answers.texts}
    filed = {
        each["code"]
        for section in made.document["sections"]
        for each in section["questions"]
        if each["type"] == "dropdown" and answers.account
    }
    return found - filed
