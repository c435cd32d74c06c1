"""The simulated customers fill in the whole questionnaire, by the codes and scales that it names."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from surveys.codes import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, SKIPPED
from surveys.document.questionnaire import Questionnaire
from surveys.questions.pieces import Slot
from surveys.questions.reading import GIVEN
from web.demo.asked import Asked, Columns, asked_of, offered_after
from web.demo.rating import on_scale, rated, slots_of, system_of
from web.demo.world import ALTERNATIVES, BILL_SHARES, CLASSES, People

TOUCHPOINTS = {
    "hotline": 0.30,
    "hall": 0.34,
    "online": 0.50,
    "repair": 0.18,
    "connection": 0.10,
    "manager": 0.05,
    "meter": 0.25,
}
RURAL_FROM = 37  # the first office that has mostly villages
STRAIGHT_LINERS = 0.09
ATTENTIVE = 0.97
# Question, mean, the construct it follows, how closely, and its own spread, in points of its scale.
COMPANIONS = (
    ("NPS", 7.0, "LOY", 1.8, 1.0),
    ("CES", 4.8, "PQV", 1.0, 0.8),
    ("XIND", 6.4, "SAT", 1.5, 1.0),
    ("C4", 5.2, "SAT", 1.0, 2.0),
)
# What appeals to people among the service items, by option of the question.
APPEAL = {
    "PQS_VOLT": 0.3, "PQS_FREQ": 1.4, "PQS_REST": 1.3, "PQS_SAFE": 0.6, "PQV_NOTI": 1.2, "PQV_BILL": 0.8,
    "PQV_CHAN": 0.2, "PQV_TIME": 0.5, "PQV_HOT": 0.1, "PQV_HALL": 0.2, "PQV_REP": 0.7, "PQV_CONN": -0.4,
    "PQV_MGR": -0.5, "PQV_VAS": -0.3, "PQV_CARE": -0.2,
}  # fmt: skip
# What people know of what they are promised, by option; hardly anybody knows the words of a promise.
KNOWN = {"hotline": 0.72, "app": 0.55, "notice": 0.48, "repair": 0.3, "connect": 0.14}
PROMISES = {"well": 0.12, "heard": 0.47, "never": 0.41}
WORST = 2  # reasons that the dissatisfied name
USUAL_APPEAL = 0.4  # of reasons that are no service item


def answers(document: Questionnaire, drawn: People, wave: int, rng: np.random.Generator) -> Columns:
    """Answer the whole questionnaire: every slot of the document by code."""
    n = len(drawn.office)
    system, slots = system_of(document), slots_of(document)
    usual = slots[system.constructs[0].indicators[0]]
    found: Columns = {code: np.full(n, SKIPPED) for code in slots}
    for node in system.constructs:
        for code in (*node.indicators, *node.checks):
            found[code] = rated(slots[code], node.id, drawn, wave, rng)
    reasons = _background(found, document, slots, drawn, rng)
    appeal = _companions(found, document, slots, drawn, rng)
    liners = rng.random(n) < STRAIGHT_LINERS
    lazy = on_scale(rng.normal(7, 2, n), usual)
    for slot in document.slots:
        column = found[slot.code]
        if slot.kind == "rating" and slot.high == usual.high:
            column[liners] = lazy[liners]
            if slot.dont_know:
                column[(rng.random(n) < 0.03) & ~liners] = DONT_KNOW
            if slot.not_applicable:
                column[(rng.random(n) < 0.04) & ~liners] = NOT_APPLICABLE
    asked = asked_of(document, found)
    _rank(found, document, asked, appeal)
    _name_reasons(found, asked, reasons)
    for code, mask in asked.hidden.items():
        found[code][mask] = NOT_ASKED
    found["_liner"] = liners.astype(np.int64)
    return {
        code: column
        for code, column in found.items()
        if code in {slot.code for slot in document.slots} | {"_liner", "_hours"}
    }


def _companions(
    found: Columns,
    document: Questionnaire,
    slots: Mapping[str, Slot],
    drawn: People,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    n, levels = len(drawn.office), drawn.levels
    for row in (row for question in document.questions() for row in question.subquestions()):
        if row.correct is not None:
            attentive = rng.random(n) < ATTENTIVE
            found[row.code] = np.where(attentive, row.correct, _any(slots[row.code], n, rng))
    for code, base, construct, gain, spread in COMPANIONS:
        found[code] = on_scale(base + gain * levels[construct] + rng.normal(0, spread, n), slots[code])
    return np.array(list(APPEAL.values())) + rng.gumbel(size=(n, len(APPEAL)))


def _rank(found: Columns, document: Questionnaire, asked: Asked, appeal: NDArray[np.float64]) -> None:
    """Let people rank what appeals to them, (n, n_options), of what they are offered."""
    for place, option in enumerate(APPEAL):
        appeal[asked.left_out.get(("IMP", option), np.zeros(len(appeal), bool)), place] = -np.inf
    liked = _values(document, "IMP", *APPEAL)[np.argsort(-appeal, axis=1)]
    for place, slot in enumerate(slot for slot in document.slots if slot.question == "IMP"):
        found[slot.code] = liked[:, place]


def _background(
    found: Columns,
    document: Questionnaire,
    slots: Mapping[str, Slot],
    drawn: People,
    rng: np.random.Generator,
) -> Columns:
    n = len(drawn.office)
    business = drawn.customer_class > 0

    def chosen(code: str, is_first: NDArray[np.bool_], first: str, second: str) -> None:
        one, other = _values(document, code, first, second)
        found[code] = np.where(is_first, one, other)

    for code, said in (("S1", True), ("S2", True), ("S5", True), ("S3", True), ("S4", False)):
        chosen(code, np.full(n, said), "yes", "no")
    found["CATEGORY"] = _values(document, "CATEGORY", *CLASSES)[drawn.customer_class]
    chosen("AREA", rng.random(n) < np.where(drawn.office >= RURAL_FROM, 0.7, 0.3), "rural", "urban")
    chosen("ACCOUNT", business, "power", "lighting")
    *firms, household = _values(document, "TIER", "important", "key", "base", "resident")
    found["TIER"] = np.where(business, np.array(firms)[rng.integers(0, len(firms), n)], household)
    chosen("BIG", rng.random(n) < np.where(drawn.customer_class == 2, 0.2, 0.02), "yes", "no")
    found["E1"] = np.minimum(rng.poisson(np.exp(0.5 - 0.5 * drawn.levels["PQS"])), slots["E1"].high)
    found["_hours"], found["E2"] = np.ceil(rng.exponential(6, n)).astype(np.int64), np.full(n, GIVEN)
    found["E3"] = _any(slots["E3"], n, rng)
    met = np.zeros(n, dtype=bool)
    for option, share in TOUCHPOINTS.items():
        likely = np.where((option == "manager") & business, 0.5, share)
        mark = rng.random(n) < likely
        met |= mark
        found[f"E4.{option}"] = mark.astype(np.int64)
    found["E4.none"] = (~met).astype(np.int64)
    found["E5"] = _values(document, "E5", *ALTERNATIVES)[drawn.alternative]
    found["D3"] = _values(document, "D3", *BILL_SHARES)[drawn.bill_share]
    knows = rng.random(n) < 0.9
    for option, share in KNOWN.items():
        found[f"K1.{option}"] = (knows & (rng.random(n) < share)).astype(np.int64)
    any_known = np.any([found[f"K1.{option}"] == 1 for option in KNOWN], axis=0)
    found["K1.none"] = (~any_known).astype(np.int64)
    found["K2"] = _values(document, "K2", *PROMISES)[rng.choice(3, size=n, p=list(PROMISES.values()))]
    reasons = _reasons(found, document, drawn, rng)
    chosen("C1", rng.random(n) < 1 / (1 + np.exp(2.8 - drawn.levels["COM"])), "yes", "no")
    for code in ("C2", "C3", "D1", "D2", "D4", "D5"):
        found[code] = _any(slots[code], n, rng)
    found["C2D"] = _below(document, found["C2"], rng)
    found["C5"] = np.minimum(rng.exponential(6, n).astype(np.int64) + 1, slots["C5"].high)
    chosen("O3", rng.random(n) < 0.3, "yes", "no")
    return reasons


def _reasons(found: Columns, document: Questionnaire, drawn: People, rng: np.random.Generator) -> Columns:
    """Let who is dissatisfied name what is worst: one or two items that follow from supply and service."""
    n = len(drawn.office)
    marks = [slot.code for slot in document.slots if slot.question == "R1"]
    weight = np.array([APPEAL.get(code.partition(".")[2], USUAL_APPEAL) for code in marks])
    supply = np.array([code.startswith("R1.PQS") for code in marks])
    gap = (drawn.levels["PQV"] - drawn.levels["PQS"])[:, None] * np.where(supply, 0.8, 0.0)
    order = np.argsort(-(weight + gap + rng.gumbel(size=(n, len(marks)))), axis=1).argsort(axis=1)
    found["R2"] = np.full(n, SKIPPED)
    return {code: (order[:, place] < WORST).astype(np.int64) for place, code in enumerate(marks)}


def _name_reasons(found: Columns, asked: Asked, reasons: Columns) -> None:
    """Let reasons stand where they are offered."""
    for code, marked in reasons.items():
        left_out = asked.left_out.get(("R1", code.partition(".")[2]), np.zeros(len(marked), bool))
        found[code] = np.where(left_out, NOT_ASKED, marked)


def _below(document: Questionnaire, causes: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw one of what is offered below each cause that was chosen; nothing stands below own words."""
    [finer] = [question for question in document.questions() if question.code == "C2D"]
    found = np.full(len(causes), NOT_ASKED)
    for cause in np.unique(causes):
        below = list(offered_after(document, finer, "C2", int(cause)))
        if below:
            chosen = causes == cause
            found[chosen] = rng.choice(below, size=int(chosen.sum()))
    return found


def _any(slot: Slot, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.integers(slot.low, slot.high + 1, n)


def _values(document: Questionnaire, code: str, *options: str) -> NDArray[np.int64]:
    """Give what the questionnaire stores for these options of a question."""
    stored = {
        option.code: option.value
        for question in document.questions()
        if question.code == code
        for option in question.offered()
    }
    return np.array([stored[option] for option in options])
