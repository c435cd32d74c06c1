"""The page of a wave's answers: flags with what they move, bursts, and returns that take two people."""

import pytest
from sqlalchemy import func, select, update

from surveys.analysing import decisions, quality
from surveys.collecting import erasing
from surveys.models import AuditEntry, Decision, Response, Wave
from surveys.models.dispositions import Disposition
from surveys.proving.begin import begin
from surveys.proving.proof import prove
from tests.web.demo_site import LIVE, NOW, SECOND, demo_file, site_url  # noqa: F401
from web.runs import compute

PLACE = f"/waves/{SECOND}/quality"
REASON = "known to be real"


def wave_of(session, code=SECOND):
    session.rollback()
    return session.scalars(select(Wave).where(Wave.code == code)).one()


def out(session):
    return sorted(quality.excluded_responses(session, wave_of(session)))


def test_each_flag_stands_with_its_effect_as_the_run_stored_it(analyst, session):
    page = analyst.browse(PLACE)
    run = compute.plan(session, wave_of(session), staff_name="test", now=NOW, options={"bootstrap": 60})
    session.commit()
    compute.execute(session, run)
    stored = run.result["quality"]
    assert stored["n_excluded"] == len(out(session)) > 0
    assert stored["n_complete"] - stored["n_excluded"] == run.n_respondents
    assert sum(stored["why"].values()) == stored["n_excluded"]
    assert stored["all"]["without"] == pytest.approx(run.result["index"]["points"], abs=1e-9)
    page = analyst.browse(PLACE)
    rows = {
        row.th.get_text(): [cell.get_text() for cell in row.select("td")]
        for row in page.select("tbody tr")
        if row.th
    }
    effect = stored["effects"]["straightline"]
    assert rows["The same answer throughout"] == [
        str(effect["n"]), str(effect["n_excluded"]), f"{effect['without']:.1f}", f"{effect['with']:.1f}"
    ]  # fmt: skip
    shown = analyst.browse(f"/runs/{run.id}").select_one("#quality").parent.get_text(" ", strip=True)
    assert f"{stored['n_excluded']} of {stored['n_complete']} complete answers were left out" in shown
    assert "Answered too fast + The same answer throughout" in shown
    assert "作答过快" in analyst.browse(f"{PLACE}?lang=zh").get_text()


def test_each_cell_of_the_tables_bears_the_head_of_its_column_for_narrow_screens(analyst):
    analyst.browse(PLACE)
    for language in ("en", "zh"):
        tables = analyst.browse(f"{PLACE}?lang={language}").select("table")
        assert len(tables) > 1
        for table in tables:
            assert "stacked" in table["class"]
            assert "wide-table" not in table["class"]
            heads = [head.get_text() for head in table.select("thead th")]
            assert table.select("tbody td")
            for row in table.select("tbody tr"):
                cells = row.find_all(["th", "td"], recursive=False)
                assert len(cells) == len(heads)
                assert [cell.get("data-label", "") for cell in cells if cell.name == "td"] == [
                    head for head, cell in zip(heads, cells, strict=True) if cell.name == "td"
                ]


def test_a_return_takes_a_reason_and_two_people_and_the_next_run_has_them(analyst, second, session):
    begin(session, now=NOW, staff={})
    session.commit()
    chosen = out(session)[:2]
    assert "reason" in text_of(analyst.send(f"{PLACE}/ask-back", 422, response=chosen, reason=" "))
    told = []
    for again in ("ask-back", "ask-back", "exclude"):
        analyst.send(f"{PLACE}/{again}", 303, response=chosen, reason=REASON)
        session.rollback()
        told.append(session.scalar(select(func.max(AuditEntry.id))))
    assert told == [told[0]] * 3, "what stood so already is no decision"
    assert not analyst.browse(PLACE).select("form[action$='give-back'] input[type=checkbox]:not([disabled])")
    assert "second person" in text_of(analyst.send(f"{PLACE}/give-back", 422, response=chosen, reason=REASON))
    assert set(chosen) <= set(out(session))
    assert REASON in second.browse(PLACE).get_text()
    second.send(f"{PLACE}/give-back", 303, response=chosen, reason="so it is")
    assert not set(chosen) & set(out(session))
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(2)).all()
    assert actions == ["quality.give_back", "quality.ask_back"]
    assert prove(session).findings == ()
    run = compute.plan(session, wave_of(session), staff_name="test", now=NOW, options={"bootstrap": 60})
    session.commit()
    compute.execute(session, run)
    assert not set(chosen) & set(out(session)), "the run's own look does not take back what people decided"
    assert run.result["quality"]["n_excluded"] == len(out(session))


def test_an_analyst_leaves_a_doubtful_answer_out_with_a_reason(analyst, session):
    doubtful = [
        ident for ident, each in decisions.standings(session, wave_of(session)).items()
        if each.flags and not each.is_excluded
    ][:1]  # fmt: skip
    before = set(out(session))
    analyst.send(f"{PLACE}/exclude", 303, response=doubtful, reason="copied from another")
    assert set(out(session)) - before == set(doubtful)
    assert "copied from another" in analyst.browse(PLACE).get_text()


@pytest.mark.parametrize(
    ("action", "sent", "said"),
    [
        ("exclude", {"response": "7", "reason": REASON}, "Not all"),
        ("exclude", {"reason": REASON}, "at least one"),
        ("exclude", {"response": "x" * 99, "reason": REASON}, "Not all"),
        ("exclude", {"response": "٣", "reason": REASON}, "Not all"),
        ("exclude", {"response": "9" * 40, "reason": REASON}, "Not all"),
        ("ask-back", {"response": "-1", "reason": REASON}, "Not all"),
        ("ask-back", {"response": "7", "reason": "x" * 2000}, "reason"),
        ("exclude", {"response": "7", "reason": "turned \u202e round"}, "ordinary characters"),
        ("give-back", {"response": "7", "reason": REASON}, "Nobody has asked"),
        ("give-back", {"response": "", "reason": REASON}, "at least one"),
    ],
)
def test_bad_input_is_refused_and_decides_nothing(analyst, session, action, sent, said):
    before = session.query(Decision).count()
    assert said in text_of(analyst.send(f"{PLACE}/{action}", 422, **sent))
    assert analyst.client.post(f"{PLACE}/{action}", data=sent).status_code in {400, 403}
    session.rollback()
    assert session.query(Decision).count() == before


def test_the_page_is_for_analysts_and_of_waves_that_are_there(viewer, designer, analyst):
    for visitor in (viewer, designer):
        visitor.browse(PLACE, 403)
        visitor.send(f"{PLACE}/exclude", 403, response="1", reason=REASON)
    analyst.browse("/waves/NEVER/quality", 404)
    analyst.browse("/waves/a%00b/quality", 404)
    assert "not been looked at" in analyst.browse(f"/waves/{LIVE[:5]}INVITED/quality").get_text()


def test_a_run_whose_answers_changed_since_is_not_proposed(analyst, second, session):
    run = compute.plan(session, wave_of(session), staff_name="test", now=NOW, options={"bootstrap": 60})
    session.commit()
    compute.execute(session, run)
    chosen = out(session)[:1]
    analyst.send(f"{PLACE}/ask-back", 303, response=chosen, reason=REASON)
    second.send(f"{PLACE}/give-back", 303, response=chosen, reason=REASON)
    assert "Repeat the run" in text_of(analyst.send(f"/runs/{run.id}/propose", 422))


def test_the_worker_looks_at_closed_waves_and_at_batches(session):
    wave = wave_of(session, LIVE)
    assert wave not in quality.due(session, NOW), "looked at before its run"
    check = session.get(quality.QualityCheck, wave.id)
    check.n_responses, check.at = check.n_responses - 20, NOW.replace(year=2020)
    assert wave in quality.due(session, NOW)
    check.n_responses += 1
    assert wave not in quality.due(session, NOW), "fewer than a batch tell when somebody answered"
    wave.state = "closed"
    assert wave in quality.due(session, NOW)
    quality.assess(session, wave, now=NOW)
    assert wave not in quality.due(session, NOW)


def text_of(response) -> str:
    return response.get_data(as_text=True)


def test_what_was_computed_before_answers_changed_says_so(analyst, second, session):
    wave = wave_of(session)
    run = compute.plan(session, wave, staff_name="test", now=NOW, options={"bootstrap": 60})
    session.commit()
    compute.execute(session, run)
    pages = PLACE, f"/runs/{run.id}"
    said, looked = f"Since run {run.id} answers came, were left out", "the numbers of flags are of that time"
    assert not [path for path in pages if said in analyst.browse(path).get_text()]
    assert looked not in analyst.browse(PLACE).get_text()
    kept = [each.id for each in wave_answers(session) if each.id not in out(session)]
    n_out = run.result["quality"]["n_excluded"]
    for change in (
        lambda: analyst.send(f"{PLACE}/exclude", 303, response=kept[:1], reason=REASON),
        lambda: erase(session, wave_of(session), kept[1]),
    ):
        change()
        session.rollback()
        assert [path for path in pages if said in analyst.browse(path).get_text()] == [*pages]
        refused = analyst.send(f"/runs/{run.id}/propose", 422, reason=REASON)
        assert "left out, returned or erased since this run" in text_of(refused)
    page = analyst.browse(PLACE)
    assert looked in page.get_text()
    assert "以检查时为准" in analyst.browse(f"{PLACE}?lang=zh").get_text()
    whole = next(row for row in page.select("tbody tr") if "All that is left out" in row.get_text())
    assert whole.select("td")[1].get_text() == str(n_out), "as the run counted, beside what it computed"
    analyst.browse(f"{PLACE}?lang=en")
    again = compute.plan(session, wave_of(session), staff_name="test", now=NOW, options={"bootstrap": 60})
    session.commit()
    compute.execute(session, again)
    assert not [
        path for path in (PLACE, f"/runs/{again.id}") if "Since run" in analyst.browse(path).get_text()
    ]
    assert looked not in analyst.browse(PLACE).get_text()
    analyst.send(f"/runs/{again.id}/propose", 303, reason=REASON)


def wave_answers(session):
    complete = Response.disposition == Disposition.COMPLETE
    return session.scalars(select(Response).where(Response.wave_id == wave_of(session).id, complete)).all()


def erase(session, wave, ident):
    """Erase an answer by a receipt; those of the demo have none."""
    receipt = {"receipt": "ABCD-EFGH-JKMN-PQRS"}
    session.execute(update(Response).where(Response.wave_id == wave.id, Response.id == ident).values(receipt))
    erasing.erase(session, wave, receipt["receipt"], actor="test", reason="asked for it", now=NOW)
    session.commit()
