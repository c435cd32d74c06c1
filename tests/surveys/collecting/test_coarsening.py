"""What links of anonymous waves say of their customers, from issue to answer: what ten or more share."""

from collections import Counter

import numpy as np
import pytest

from surveys.collecting import responses as responding
from surveys.collecting.coarsening import FEWEST, Cell, coarsen
from surveys.collecting.invitations import find_invitation, issue_invitations
from surveys.collecting.submitting import submit
from surveys.collecting.visit import find_visit
from surveys.models import Invitation
from tests.surveys.collecting.test_fieldwork import refused
from tests.surveys.worlds import NOW, make_customers, make_version, make_wave, text

ABOVE = {f"O{number}": f"C{number % 3}" for number in range(9)} | {f"C{number}": "TOP" for number in range(3)}


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_in_a_cell_of_fewer_than_ten(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(FEWEST, 400))
    cells = [
        Cell(
            f"O{min(rng.geometric(0.3) - 1, 8)}",
            rng.choice(["residential", "industrial"], p=[0.9, 0.1]),
            rng.choice(["base", "important", "key"], p=[0.9, 0.08, 0.02]),
            rng.choice(["", "household"]),
            rng.choice(["urban", "rural"]),
        )
        for _ in range(n)
    ]
    kept = coarsen(cells, ABOVE)
    assert min(Counter(kept).values()) >= FEWEST
    for given, made in zip(cells, kept, strict=True):  # nothing is put in that was not known
        assert made.unit in {given.unit, ABOVE[given.unit], "TOP", ""}
        assert all(new in {old, ""} for old, new in zip(given[1:], made[1:], strict=True))
    assert coarsen(kept, ABOVE) == kept  # what is enough stays
    sizes = Counter(cells)
    if min(sizes.values()) >= FEWEST:
        assert kept == cells


def test_a_key_customer_of_an_office_loses_the_office_and_the_others_keep_it():
    many = [Cell(f"O{number}", "industrial", "base") for number in range(9) for _ in range(40)]
    few = [Cell(f"O{number}", "industrial", "key") for number in range(9) for _ in range(4)]
    kept = coarsen(many + few, ABOVE)
    assert kept[: len(many)] == many
    assert set(kept[len(many) :]) == {Cell(f"C{number}", "industrial", "key") for number in range(3)}


def test_one_of_another_kind_is_joined_by_others():
    kept = coarsen([Cell("O1", "residential")] * 30 + [Cell("O2", "industrial")], ABOVE)
    assert Counter(kept) == {Cell("TOP"): 31}
    assert coarsen([Cell("O1", "residential")] * 9, ABOVE) == [Cell()] * 9


def test_answers_carry_the_cell_of_their_link_and_no_more(session):
    people = make_customers(session, 31)  # households of C1-O1, factories of C2-O1
    question = {"type": "short_text", "code": "UNIT", "account": "unit", "text": text("Your office")}
    about = {"code": "about", "title": text("About you"), "questions": [question]}
    wave = make_wave(session, make_version(session, sections=[about]), access="invited")
    tokens = issue_invitations(session, wave, people[0::2] + people[1:6:2], NOW)
    session.commit()
    labels = Counter(row.segment.label for row in session.query(Invitation))
    assert labels == {"G||||": 19}  # three factories are too few for anything of their own
    tokens += issue_invitations(session, wave, people[7::2], NOW)
    assert find_invitation(session, tokens[-1]).segment.label == "C2-O1|industrial|key||urban"
    own = find_invitation(session, tokens[0])
    assert own.customer_id is None
    visit = find_visit(session, token=tokens[0], keys={}, language="en", now=NOW)
    assert visit.way().answers.account == {"unit": "G"}
    response = visit.open(NOW)
    responding.save_page(session, response, "about", {}, {"UNIT": "C1-O1"}, 9, NOW)
    submit(session, response, NOW)
    session.commit()
    assert response.segment_id == own.segment_id
    refused("INVITATION_TWICE", issue_invitations, session, wave, people[:10] * 2, NOW)
