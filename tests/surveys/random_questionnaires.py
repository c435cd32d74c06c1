"""Random questionnaires, their conditions with a meaning in plain Python; people who change their minds."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any, NamedTuple

from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.codes import DONT_KNOW, NOT_ASKED, RESERVED
from surveys.errors import Problem
from tests.surveys.random_tests import TODAY, Condition, Known, typed
from tests.surveys.worlds import text

CLASSES = ("residential", "industrial")
TYPES = ("single", "multiple", "number", "rating", "short_text", "dropdown")
TYPED = (*TYPES, "ranking", "date")


class Made(NamedTuple):
    """A document as plain values, and the conditions of its parts by code; grid rows have none here."""

    document: dict[str, Any]
    conditions: dict[str, Condition]
    stops: dict[str, Condition]


def leaf(random: Random, question: Mapping[str, Any], before: list[dict[str, Any]], form: int) -> Condition:
    if form > 1 and random.random() < 0.7:
        return typed(random, question, before)
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
    kind = random.choice(TYPES if form == 1 else TYPED)
    made: dict[str, Any] = {"type": kind, "code": code, "text": text(code)}
    if kind == "dropdown":
        made["account"] = "customer_class"
        made["options"] = [{"code": c, "value": n, "text": text(c)} for n, c in enumerate(CLASSES)]
    elif kind in {"single", "multiple", "ranking"}:
        made["options"] = [{"code": c, "value": n, "text": text(c)} for n, c in enumerate("abc")]
        made |= {"most": 3} if kind == "ranking" else {}
        made["options"][-1]["with_text"] = kind != "ranking"
    elif kind == "number":
        made["high"] = 6
    elif kind == "rating":
        made["scale"] = "five"
    if kind != "dropdown" and random.random() < 0.3:
        made["required"] = True
    return made


def make(random: Random) -> Made:
    """Make a questionnaire of eight questions, of the first format or the second."""
    form = random.choice([1, 2])
    before: list[dict[str, Any]] = []
    sections: list[dict[str, Any]] = []
    conditions: dict[str, Condition] = {}
    stops: dict[str, Condition] = {}
    while len(before) < 8:
        section: dict[str, Any] = {"code": f"P{len(sections)}", "title": text("Page"), "questions": []}
        if seen(before, form) and random.random() < 0.4:
            made = conditions[section["code"]] = condition(random, seen(before, form), form)
            section["show_if"] = made.text
        for _ in range(random.randint(1, 3)):
            asked = question(random, f"Q{len(before)}", form)
            if seen(before, form) and random.random() < 0.6:
                made = conditions[asked["code"]] = condition(random, seen(before, form), form)
                asked["show_if"] = made.text
            before.append(asked)
            section["questions"].append(asked)
        if seen(before, form) and random.random() < 0.15:
            made = stops[section["code"]] = condition(random, seen(before, form), form)
            section["stops"] = [{"code": "end", "when": made.text, "text": text("Bye")}]
        sections.append(section)
    scales = {"five": {"low": 1, "high": 5}}
    document = {"format": f"manyi/{form}", "code": "random", "title": text("R"), "scales": scales}
    return Made(document | {"sections": sections}, conditions, stops)


def seen(questions: list[dict[str, Any]], form: int) -> list[dict[str, Any]]:
    """Questions that conditions of a format can ask about."""
    return [each for each in questions if form > 1 or each["type"] != "short_text"]


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
        return {code: [random.choice(["words", " words", "others"])]}
    if kind == "date":
        return {code: [f"2026-03-0{random.randint(1, 6)}"]}
    if kind == "ranking":
        ranked = random.sample("abc", random.randint(1, 3))
        return {f"{code}.{place}": [option] for place, option in enumerate(ranked, start=1)}
    return {code: [random.choice(["1", "2", "3", "4", "5"] + (["dk"] if kind == "rating" else []))]}


def say(random: Random, made: Made, router: Router, answers: Answers, page: str) -> Answers:
    """Fill in a page as it is shown and send it until nothing on it is refused."""
    way = router.way(answers)
    questions = next(s["questions"] for s in made.document["sections"] if s["code"] == page)
    shown = set(way.shown[page])
    form = {}
    while True:
        filled = {name.split(".")[0] for name in form}
        for asked in questions:
            if asked["code"] in shown - filled:
                form |= sent(random, asked)
        found = router.check(page, form, way)
        if not found.problems:
            said = answers.saying(found)
            filed = {slot: value for slot, value in way.filed.items() if slot not in found.values}
            return said._replace(values=said.values | filed)
        for each in found.problems:
            assert each.problem == Problem.ANSWER_REQUIRED, each
            shown.add(each.field.split(".")[0])


def answer(random: Random, made: Made, router: Router, account: Known) -> Answers:
    """Go to the end with two changes of mind; gives what is stored of the complete response."""
    slots = [slot.code for slot in router.document.slots]
    answers = Answers(dict.fromkeys(slots, NOT_ASKED), {}, account, TODAY)
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
    return answers._replace(values=answers.values | old.values, texts=texts)


def understood(asked: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """What a stored answer means."""
    code, kind, values = asked["code"], asked["type"], answers.values
    codes = {option["value"]: option["code"] for option in asked.get("options", ())}
    beside = {f"{code}.text": None, f"{code}.out": None}
    if kind == "multiple":
        marks = [option for option in codes.values() if values[f"{code}.{option}"] == 1]
        words = answers.texts.get(f"{code}.text") if "c" in marks else None
        return {**beside, code: marks or None, f"{code}.text": words or None}
    if kind == "ranking":
        ranks = [values[f"{code}.{place}"] for place in (1, 2, 3)]
        ranked = [codes[value] for value in ranks if value in codes]
        return {**beside, code: ranked or None}
    if kind in {"short_text", "date"}:
        words = answers.texts.get(code)
        return {**beside, code: date.fromisoformat(words) if words and kind == "date" else words or None}
    value = values.get(code, NOT_ASKED)
    if value in RESERVED:
        return {**beside, code: None, f"{code}.out": "dk" if value == DONT_KNOW else None}
    own = answers.texts.get(f"{code}.text") if codes.get(value) == "c" else None
    return {**beside, code: codes.get(value, value), f"{code}.text": own or None}


def unanswered(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a question that is not asked."""
    return dict.fromkeys((asked["code"], f"{asked['code']}.text", f"{asked['code']}.out"))


def filed(asked: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """What the customer file answers of a question."""
    is_filed = asked["type"] == "dropdown" and answers.account
    return {asked["code"]: answers.account["customer_class"]} if is_filed else {}


def led_to(made: Made, answers: Answers) -> set[str]:
    """The questions that these answers lead to, and no others, by the meaning of the conditions alone."""
    asked: set[str] = set()
    known: dict[str, Any] = {}
    always = Condition("", lambda _known: True)
    for section in made.document["sections"]:
        if not made.conditions.get(section["code"], always).holds(known):
            for each in section["questions"]:
                known |= unanswered(each) | filed(each, answers)
            continue
        for each in section["questions"]:
            code = each["code"]
            known |= unanswered(each) | filed(each, answers)
            if filed(each, answers):
                continue
            if made.conditions.get(code, always).holds(known):
                asked.add(code)
                known |= understood(each, answers)
        stop = made.stops.get(section["code"])
        if stop is not None and stop.holds(known):
            break
    return asked


def answered(made: Made, answers: Answers) -> set[str]:
    """The questions of which anything is stored; those that the customer file answers are nobody's."""
    found = {slot.split(".")[0] for slot, value in answers.values.items() if value != NOT_ASKED}
    found |= {field.split(".")[0] for field in answers.texts}
    for section in made.document["sections"]:
        for each in section["questions"]:
            found -= filed(each, answers).keys()
    return found
