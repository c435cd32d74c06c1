"""The simulated customers fill in the whole questionnaire, by the codes and scales that it names."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from surveys.codes import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, SKIPPED
from surveys.document.questionnaire import Questionnaire
from surveys.questions.pieces import Slot
from web.demo.asked import Asked, asked_of
from web.demo.people import F64, Columns, Drawing, Mask, People
from web.demo.planted import Planted
from web.demo.rating import on_scale, rated, slots_of, system_of

STRAIGHT_LINERS = 0.09
ATTENTIVE = 0.97


class Filled(NamedTuple):
    """Every slot of the document by code, decimals by question, and who rushes in a straight line."""

    columns: Columns
    decimals: Mapping[str, F64]
    liners: Mask


def answers(
    planted: Planted, document: Questionnaire, drawn: People, wave: int, rng: np.random.Generator
) -> Filled:
    """Answer the whole questionnaire."""
    n, slots = len(drawn.office), slots_of(document)
    found: Columns = {code: np.full(n, SKIPPED) for code in slots}
    found |= rated_by(planted, document, drawn, wave, rng)
    drawing = Drawing(document, slots, drawn, rng, planted.traits, planted.ranking.appeal, found)
    for rule in planted.said:
        rule.draw(drawing)
    appeal = _beside(planted, drawing)
    liners = in_a_line(document, found, rng)
    for slot in _usual(document):
        if slot.dont_know:
            found[slot.code][(rng.random(n) < 0.03) & ~liners] = DONT_KNOW
        if slot.not_applicable:
            found[slot.code][(rng.random(n) < 0.04) & ~liners] = NOT_APPLICABLE
    asked = asked_of(document, found)
    _rank(planted, drawing, asked, appeal)
    _name_worst(drawing, asked)
    for code, mask in asked.hidden.items():
        found[code][mask] = NOT_ASKED
    return Filled({slot.code: found[slot.code] for slot in document.slots}, drawing.decimals, liners)


def rated_by(
    planted: Planted, document: Questionnaire, drawn: People, wave: int, rng: np.random.Generator
) -> Columns:
    """Rate every question of every construct, whoever is asked it."""
    slots = slots_of(document)
    return {
        code: rated(planted, slots[code], node.id, drawn, wave, rng)
        for node in system_of(document).constructs
        for code in (*node.indicators, *node.checks)
    }


def in_a_line(document: Questionnaire, found: Columns, rng: np.random.Generator) -> Mask:
    """Let some answer all questions found on the usual scale alike, and say who, (n,)."""
    usual, n = _usual(document), len(next(iter(found.values())))
    liners = rng.random(n) < STRAIGHT_LINERS
    lazy = on_scale(rng.normal(7, 2, n), usual[0])
    for code in found.keys() & {slot.code for slot in usual}:
        found[code][liners] = lazy[liners]
    return liners


def _usual(document: Questionnaire) -> list[Slot]:
    """Give the ratings on the scale of the first construct's first question."""
    high = slots_of(document)[system_of(document).constructs[0].indicators[0]].high
    return [slot for slot in document.slots if slot.kind == "rating" and slot.high == high]


def _beside(planted: Planted, drawing: Drawing) -> F64:
    """Answer checks of attention and what follows a construct; give how much each option appeals to each."""
    n, rng, found, slots = drawing.n, drawing.rng, drawing.found, drawing.slots
    for row in (row for question in drawing.document.questions() for row in question.subquestions()):
        if row.correct is not None:
            attentive = rng.random(n) < ATTENTIVE
            found[row.code] = np.where(attentive, row.correct, drawing.anything(row.code))
    for each in planted.beside:
        level = drawing.drawn.levels[each.follows]
        raw = each.mean + each.gain * level + rng.normal(0, each.spread, n)
        found[each.question] = on_scale(raw, slots[each.question])
    appeal = planted.ranking.appeal
    return np.array(list(appeal.values())) + rng.gumbel(size=(n, len(appeal)))


def _rank(planted: Planted, drawing: Drawing, asked: Asked, appeal: F64) -> None:
    """Let people rank what appeals to them, (n, n_options), of what they are offered."""
    question, options = planted.ranking.question, planted.ranking.appeal
    for place, option in enumerate(options):
        appeal[asked.left_out.get((question, option), np.zeros(len(appeal), bool)), place] = -np.inf
    liked = drawing.values(question, *options)[np.argsort(-appeal, axis=1)]
    for place, slot in enumerate(slot for slot in drawing.document.slots if slot.question == question):
        drawing.found[slot.code] = liked[:, place]


def _name_worst(drawing: Drawing, asked: Asked) -> None:
    """Let what people find worst stand where it is offered."""
    for code, marked in drawing.worst.items():
        question, _, option = code.partition(".")
        left_out = asked.left_out.get((question, option), np.zeros(len(marked), bool))
        drawing.found[code] = np.where(left_out, NOT_ASKED, marked)
