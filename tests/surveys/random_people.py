"""People who fill in random questionnaires and change their minds; what their answers lead to."""

from collections.abc import Iterator, Mapping
from datetime import date
from random import Random
from typing import Any

from surveys.asking.answers import Answers
from surveys.asking.chance import drawn
from surveys.asking.router import Router
from surveys.codes import DONT_KNOW, NOT_ASKED, RESERVED
from surveys.errors import Problem
from tests.surveys.random_questionnaires import LISTED, Made
from tests.surveys.random_tests import TODAY, Condition, Known


def sent(random: Random, asked: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a person sends for a question; required ones are answered."""
    code, kind = asked["code"], asked["type"]
    if asked.get("required") is not True and random.random() < 0.15:
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
    if asked.get("decimals"):
        return {code: [random.choice(["2.5", "3", "4.5"])]}
    return {code: [random.choice(["1", "2", "3", "4", "5"] + (["dk"] if kind == "rating" else []))]}


def fields(questions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Questions as they are filled in: a grid's rows one by one."""
    for asked in questions:
        rows = asked.get("rows", [asked])
        yield from (
            {**asked, "type": "rating", "code": row["code"]} if "rows" in asked else row for row in rows
        )


def say(random: Random, made: Made, router: Router, answers: Answers, page: str) -> Answers:
    """Fill in a page as it is shown and send it until nothing on it is refused."""
    way = router.way(answers)
    questions = [*fields(next(s["questions"] for s in made.document["sections"] if s["code"] == page))]
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
            if each.problem in {Problem.ANSWER_OFFERED, Problem.ANSWER_INVALID}:
                code = each.field.split(".")[0]  # somebody who chose what has gone chooses again
                form = {name: value for name, value in form.items() if name.split(".")[0] != code}
            elif each.problem == Problem.ANSWER_WANTED:
                form.setdefault("_r", []).append(each.field.split(".")[0])
            else:
                assert each.problem == Problem.ANSWER_REQUIRED, each
                shown.add(each.field.split(".")[0])


def answer(random: Random, made: Made, router: Router, account: Known) -> Answers:
    """Go to the end with four changes of mind; gives what is stored of the complete response."""
    slots = [slot.code for slot in router.document.slots]
    answers = Answers(dict.fromkeys(slots, NOT_ASKED), {}, account, TODAY, random.getrandbits(32))
    minds = 4
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
        if not again:  # who has changed an answer goes on from there, or by address to what is missing
            page = (way.after(page) if random.random() < 0.6 else None) or way.gap()
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
    if asked.get("decimals"):
        words = answers.texts.get(code)
        return {**beside, code: float(words) if words else None}
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


def lot(asked: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """What is drawn for a lot."""
    if asked["type"] != "lot":
        return {}
    value = drawn(answers.seed, asked["code"], [(each["value"], each["share"]) for each in asked["options"]])
    return {asked["code"]: next(each["code"] for each in asked["options"] if each["value"] == value)}


def marked(made: Made, answers: Answers) -> set[str]:
    """CODE=OPTION of everything that was chosen."""
    found: set[str] = set()
    for section in made.document["sections"]:
        for each in section["questions"]:
            if each["type"] in LISTED:
                said = understood(each, answers)[each["code"]] or ()
                found |= {
                    f"{each['code']}={option}" for option in ([said] if isinstance(said, str) else said)
                }
    return found


def led_to(made: Made, answers: Answers) -> set[str]:
    """The questions that these answers lead to, and no others, by the meaning of the conditions alone."""
    asked: set[str] = set()
    known: dict[str, Any] = {}
    always = Condition("", lambda _known: True)
    for section in made.document["sections"]:
        if not made.conditions.get(section["code"], always).holds(known):
            for each in section["questions"]:
                known |= unanswered(each) | filed(each, answers) | lot(each, answers)
            continue
        for each in section["questions"]:
            code = each["code"]
            known |= unanswered(each) | filed(each, answers) | lot(each, answers)
            if filed(each, answers) or each["type"] == "lot":
                continue
            varies = "rows" in each or "options" in each
            offered = made.offered(each, known) if varies else {code}
            if offered and made.conditions.get(code, always).holds(known):
                asked |= offered if "rows" in each else {code}
                if "rows" not in each:
                    known |= understood(each, answers)
                if known.get(code) is not None and not made.conditions.get(f"{code}!", always).holds(known):
                    asked.add(f"{code}!")
                if each["type"] in LISTED:
                    asked |= {f"{code}={option}" for option in offered}
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
            found -= filed(each, answers).keys() | lot(each, answers).keys()
    return found
