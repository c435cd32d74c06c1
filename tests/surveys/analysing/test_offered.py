"""Who was offered which options, from the answers and the customer file."""

import pytest

from surveys.analysing.export import wave_table
from surveys.codes import NOT_ASKED, SKIPPED
from surveys.collecting import bulk
from surveys.collecting.segments import find_segment
from surveys.document import loading
from surveys.models import Response
from tests.surveys.varying import option
from tests.surveys.worlds import NOW, make_wave, published_unchecked, text

RANKED = {
    "format": "manyi/2",
    "code": "ranked",
    "title": text("Ranked"),
    "sections": [
        {"code": "A", "title": text("A"), "questions": [
            {"type": "single", "code": "GAS", "text": text("Gas?"), "options": [
                option("yes", 1), option("no", 2)]},
        ]},
        {"code": "B", "title": text("B"), "questions": [
            {"type": "ranking", "code": "IMP", "text": text("What matters?"), "most": 2, "order": "random",
             "show_if": "GAS != 'no' or account.tier == 'key'", "options": [
                option("PRICE", 1), option("SUPPLY", 2),
                option("SAFETY", 3, show_if="GAS == 'yes'"),
                option("MANAGER", 4, show_if="account.tier == 'key'")]},
            {"type": "dropdown", "code": "TARIFF", "text": text("Tariff?"), "account": "account_type",
             "options": [option("day", 1), option("night", 2, show_if="'SAFETY' in IMP")]},
        ]},
    ],
}  # fmt: skip


@pytest.fixture
def people(session):
    """What the file says of five people, in the order of their answers."""
    wave = make_wave(session, published_unchecked(session, loading.load(RANKED)))
    key, plain = (find_segment(session, {"tier": tier}).id for tier in ("key", ""))
    filed = find_segment(session, {"account_type": "day"}).id
    answers = {
        "GAS": [1, 1, 2, 2, SKIPPED],
        "IMP.1": [3, 2, NOT_ASKED, SKIPPED, 4],
        "IMP.2": [4, SKIPPED, NOT_ASKED, SKIPPED, 1],
        "TARIFF": [2, 1, SKIPPED, SKIPPED, 1],
    }
    segments = [key, plain, plain, key, filed]
    ids = bulk.store_complete(
        session, wave, answers, completed_at=NOW, language="en", segment_ids=segments
    ).tolist()
    table = wave_table(session, wave)
    found = dict(zip(sorted(ids), table.rows(), strict=True))
    return [dict(zip(table.header, found[ident], strict=True)) for ident in ids]


def test_offers_follow_the_answers_and_the_customer_file(people):
    assert [row["IMP.offered"] for row in people[:2]] == [
        "PRICE SUPPLY SAFETY MANAGER",
        "PRICE SUPPLY SAFETY",
    ]
    assert [row["TARIFF.offered"] for row in people[:3]] == ["day night", "day", "day"]


def test_nothing_is_offered_where_a_question_is_not_asked(people):
    """Whom no condition leads to it, and whom the customer file answers for; a blank is not that."""
    assert people[2]["IMP.offered"] == ""
    assert (people[3]["IMP.1"], people[3]["IMP.offered"]) == ("", "PRICE SUPPLY MANAGER")
    assert (people[4]["TARIFF"], people[4]["TARIFF.offered"]) == ("1", "")


def test_what_was_chosen_was_offered(people):
    """The file says no more why a manager was among the options."""
    assert (people[4]["IMP.1"], people[4]["IMP.offered"]) == ("4", "PRICE SUPPLY MANAGER")


def test_the_order_shown_is_of_what_was_offered(session):
    document = loading.load(RANKED)
    wave = make_wave(session, published_unchecked(session, document))
    ids = bulk.store_complete(session, wave, {"GAS": [2], "IMP.1": [1]}, completed_at=NOW, language="en")
    session.get_one(Response, (wave.id, int(ids[0]))).seed = 7
    session.flush()
    table = wave_table(session, wave)
    [row] = (dict(zip(table.header, row, strict=True)) for row in table.rows())
    assert row["IMP.offered"] == "PRICE SUPPLY"
    assert set(row["IMP.order"].split()) == {"PRICE", "SUPPLY"}
