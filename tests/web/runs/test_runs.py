"""Runs: asked for on the site, carried out by the worker, repeatable, refused with a reason."""

import json

import pytest
from sqlalchemy import func, select, update

from surveys.analysing import runs
from surveys.models import Analysis, Response, Wave
from tests.web.answering import Respondent
from tests.web.demo_site import LIVE, NOW, SECOND, demo_file, site_url  # noqa: F401
from web.insight import results
from web.runs import compute, queue


@pytest.fixture
def work(app, site_url, tmp_path):  # noqa: F811
    """Do what the worker would: take every waiting job."""

    def until_done() -> int:
        waiting = queue.queue(site_url, tmp_path).waiting
        done = 0
        while (task := waiting.dequeue()) is not None:
            waiting.execute(task)
            done += 1
        return done

    return until_done


def ask(visitor, status=303, **fields):
    form = {"wave": SECOND, "method": "pls", "scheme": "path", "bootstrap": "200", "seed": "5"} | fields
    return visitor.send("/runs/", status, **form)


def n_runs(session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Analysis))


def test_a_run_is_asked_for_carried_out_and_repeated_to_the_last_digit(analyst, session, work):
    shown = ask(analyst).location
    page = analyst.browse(shown)
    assert "waiting" in page.select_one("#progress").get_text()
    assert page.select_one("#progress")["hx-get"].endswith("/progress")
    assert analyst.client.get(f"{shown}/progress").status_code == 200
    assert work() == 1
    ended = analyst.client.get(f"{shown}/progress")
    assert (ended.status_code, ended.headers["HX-Refresh"]) == (286, "true")
    page = analyst.browse(shown)
    assert "done" in page.select_one("#progress").get_text()
    assert not page.select("#progress[hx-get]")
    again = analyst.send(f"{shown}/repeat").location
    assert again != shown
    assert work() == 1
    assert "agree to the last digit" in analyst.browse(again).get_text()
    first, second = (
        json.loads(analyst.client.get(f"{address}/result.json").data) for address in (shown, again)
    )
    # Each file tells how the trail ended when it was handed out, and a download is an entry of it.
    assert first.pop("trail") != second.pop("trail")
    assert first == second
    assert first["seed"] == 5
    assert first["result"]["bootstrap"]["n"] == 200
    assert len(first["data_fingerprint"]) == 64
    session.rollback()
    newest = session.get(Analysis, int(again.rsplit("/", 1)[1]))
    assert (newest.created_by, newest.state, newest.progress) == ("analyst@example.org", "done", 1.0)


def test_a_run_with_interactions_says_what_they_do_and_hardly_moves_the_index(analyst, session, work):
    plain = next(run.result for run in session.scalars(select(Analysis)) if run.wave_codes == [SECOND])
    shown = ask(analyst, interactions="y").location
    assert work() == 1
    crossed = json.loads(analyst.client.get(f"{shown}/result.json").data)["result"]
    assert crossed["index"]["points"] == pytest.approx(plain["index"]["points"], abs=0.2)
    assert crossed["constructs"]["SAT_x_SWC"]["points"] is None
    paths = {(path["source"], path["target"]): path for path in crossed["paths"]}
    assert paths["SAT_x_SWC", "LOY"]["ci"] is not None
    assert not any(path["source"] == "SAT_x_SWC" for path in plain["paths"])
    assert "×" in analyst.browse(shown).select_one("#paths").parent.parent.get_text()
    page = analyst.browse(f"/insight/?wave={SECOND}")  # the newest run is the one with the interaction
    assert "SAT_x_SWC" not in str(page)
    assert page.select_one(".score").get_text().startswith(f"{crossed['index']['points']:.1f}"[:2])
    analyst.browse(f"/insight/{SECOND}/constructs/LOY")
    analyst.browse(f"/insight/{SECOND}/constructs/SAT_x_SWC", 404)
    assert "SAT_x_SWC" not in analyst.client.get(f"/insight/{SECOND}/index.csv").get_data(as_text=True)


def test_a_run_takes_partial_questionnaires_where_it_is_asked_to_and_says_so(analyst, session, work):
    wave = session.scalars(select(Wave).where(Wave.code == SECOND)).one()
    complete = (Response.wave_id == wave.id) & (Response.disposition == "complete")
    some = session.scalars(select(Response.id).where(complete).order_by(Response.id)).all()
    session.execute(update(Response).where(Response.id.in_(some[:40])).values(disposition="partial"))
    session.execute(update(Response).where(Response.id.in_(some[40:50])).values(disposition="blank"))
    session.commit()
    shown = [ask(analyst, **more).location for more in ({}, {"partial": "y"})]
    assert work() == 2
    without, with_ = (json.loads(analyst.client.get(f"{address}/result.json").data) for address in shown)
    quality = [each["result"]["quality"]["n_complete"] for each in (without, with_)]
    assert quality == [len(some) - 50, len(some) - 10]
    assert without["result"]["n_respondents"] < with_["result"]["n_respondents"] <= len(some) - 10
    assert "partial = True" in analyst.browse(shown[1]).get_text()
    assert "partial" not in without["options"]


def test_a_figure_that_is_not_there_is_a_dash(analyst, work, monkeypatch):
    ask(analyst)
    assert work() == 1

    def thinned(result):
        """The result without the points of a dimension, and of a construct in the groups."""
        changed = json.loads(json.dumps(result))
        own = next(node for node in changed["dimensions"].values() if node["construct"] == "VAL")
        own |= {"points": None, "ci": None}
        for group in filter(None, changed["groups"].values()):
            group["constructs"]["IMG"]["points"] = None
        return changed

    monkeypatch.setattr(results, "_with_points", thinned)
    monkeypatch.setattr(results.series, "fitting", lambda *_: None)  # before the worker has followed
    assert "· –" in analyst.browse(f"/insight/{SECOND}/constructs/VAL").get_text()
    page = analyst.browse(f"/insight/?wave={SECOND}")
    part = page.select("#part option")[1]["value"]
    cells = analyst.browse(f"/insight/?wave={SECOND}&part={part}").select("td.number")
    assert "–" in {cell.get_text() for cell in cells}


def test_asking_twice_is_one_run(analyst, session):
    before = n_runs(session)
    assert ask(analyst).location == ask(analyst).location
    assert n_runs(session) == before + 1
    ask(analyst, seed="6")
    assert n_runs(session) == before + 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"bootstrap": "19"},
        {"bootstrap": "1000000"},
        {"bootstrap": ""},
        {"bootstrap": "many"},
        {"seed": "-1"},
        {"seed": str(2**40)},
        {"wave": "NEVER"},
        {"wave": ""},
        {"method": "magic"},
        {"scheme": "random"},
    ],
)
def test_wrong_wishes_are_refused_and_nothing_is_queued(analyst, session, work, wrong):
    before = n_runs(session)
    response = ask(analyst, 422, **wrong)
    assert b"error-summary" in response.data
    assert n_runs(session) == before
    assert work() == 0


def test_a_forged_request_is_refused(analyst, session):
    before = n_runs(session)
    assert analyst.client.post("/runs/", data={"wave": SECOND}).status_code == 400
    assert analyst.client.post("/runs/1/repeat").status_code == 400
    assert n_runs(session) == before


def test_a_wave_that_cannot_be_estimated_says_why(analyst, session, work, app):
    wave = session.scalar(select(Wave).where(Wave.code == "DEMO-SHORT"))
    assert wave.code not in analyst.browse("/runs/").select_one("#wave").get_text(), "nobody has answered it"
    ask(analyst, 422, wave=wave.code)
    assert answer_everything(Respondent(app, f"/s/{wave.public_key}"), rating="5")
    shown = ask(analyst, wave=wave.code).location
    assert work() == 1
    page = analyst.browse(shown)
    assert "refused" in page.select_one("#progress .tag").get_text()
    assert "1 usable respondents for" in page.select_one("#progress .error").get_text(strip=True)
    analyst.browse(f"{shown}/result.json", 404)


def test_runs_that_are_not_there(analyst):
    for path in ("/runs/999999", "/runs/999999/progress", "/runs/999999/result.json"):
        analyst.browse(path, 404)
    analyst.send("/runs/999999/repeat", 404)
    analyst.browse("/runs/0x1", 404)


def test_the_newest_run_is_the_one_on_the_dashboard(analyst, viewer, work):
    shown = ask(analyst, seed="77").location
    assert work() == 1
    link = analyst.browse(f"/insight/?wave={SECOND}").select_one(".links a[href^='/runs/']")
    assert link["href"] == shown
    assert not viewer.browse("/insight/").select(".links a[href^='/runs/']")


def test_the_index_moves_with_one_more_answer(analyst, session, work, app):
    """The promise of the whole chain: someone answers, the index is estimated anew, and it has moved."""
    before = session.get_one(Analysis, newest(session, LIVE)).result  # what is handed out is printed
    key = session.scalar(select(Wave.public_key).where(Wave.code == LIVE))
    assert answer_everything(Respondent(app, f"/s/{key}"), rating="1")
    ask(analyst, wave=LIVE)
    assert work() == 1
    after = session.get_one(Analysis, newest(session, LIVE)).result
    assert after["n_respondents"] == before["n_respondents"] + 1
    assert after["index"]["points"] < before["index"]["points"]


def answer_everything(visitor, *, rating: str) -> str:
    """Answer a whole questionnaire; give the receipt."""
    visitor.open()
    for _ in range(20):
        if visitor.section == "done":
            break
        visitor.send(**everything(visitor.page, rating=rating))
    return visitor.receipt()


def everything(page, *, rating: str) -> dict[str, str]:
    """Answer what a page shows: the rating, what the attention check asks for, or the first option."""
    groups: dict[str, list[str]] = {}
    for node in page.select("fieldset:not([hidden]) input[type=radio]"):
        groups.setdefault(node["name"].replace(".", "__"), []).append(node["value"])
    special = {"ATT1": "3", "S4": "no", "C1": "no"}
    return {
        name: special.get(name, rating if rating in values and len(values) >= 10 else values[0])
        for name, values in groups.items()
    }


def test_a_run_left_by_a_dead_worker_can_be_repeated(analyst, session, work, site_url):  # noqa: F811
    shown = ask(analyst).location
    session.rollback()
    runs.start(session, session.get(Analysis, int(shown.rsplit("/", 1)[1])), now=NOW)
    session.commit()
    assert analyst.send(f"{shown}/repeat").location == shown, "it seems to be on its way"
    queue.end_abandoned(session, is_alone=True)
    page = analyst.browse(shown)
    assert "Repeat the run" in page.select_one("#progress .error").get_text()
    again = analyst.send(f"{shown}/repeat").location
    assert again != shown
    work()
    assert "done" in analyst.browse(again).select_one("#progress .tag").get_text()


def newest(session, code: str) -> int:
    session.rollback()
    rows = session.execute(select(Analysis.id, Analysis.wave_codes).where(Analysis.state == "done"))
    return max(ident for ident, codes in rows if codes == [code])


def test_intervals_that_former_releases_wrote_as_two_nothings_are_read(analyst, session):
    older = session.scalars(select(Analysis).where(Analysis.result.is_not(None))).first()

    def emptied(given):
        if isinstance(given, dict):
            return {
                key: [None, None] if key == "ci" and value else emptied(value) for key, value in given.items()
            }
        return [emptied(each) for each in given] if isinstance(given, list) else given

    result = emptied(older.result)
    assert json.dumps(result).count("[null, null]") > 20
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    run = compute.plan(session, wave, staff_name="test", now=NOW)
    runs.start(session, run, now=NOW)
    runs.finish(session, run, result=result, data_fingerprint="0", n_respondents=9, now=NOW)
    session.commit()
    for language in ("zh", "en"):
        page = analyst.browse(f"/runs/{run.id}?lang={language}")
        assert page.select("table")
        assert "None" not in page.get_text()
        assert "null" not in page.get_text()
