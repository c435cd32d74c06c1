"""The trial on pages: asked for by designers, carried out by the worker, of versions and drafts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

import csi_model
from surveys.document import loading
from surveys.editing import drafting, publishing
from surveys.editing.drafting import Change
from surveys.errors import SurveyError
from surveys.models import StoredTrial
from surveys.trial import keeping
from tests.surveys.worlds import document, text
from tests.web.drafts import begin
from web.runs import queue, trials

FULL = "/questionnaires/instrument/utility_csi/full/trial"
VERSION = "/questionnaires/version/small/1/trial"
DRAFT = "/questionnaires/draft/small/trial"
PLACES = (FULL, VERSION, DRAFT)


@pytest.fixture
def version(session):
    made = publishing.publish(session, loading.load(document()), "somebody", datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def work(app, site_url, tmp_path):
    """Do what the worker would."""

    def until_done():
        waiting = queue.queue(site_url, tmp_path).waiting
        while (task := waiting.dequeue()) is not None:
            waiting.execute(task)

    return until_done


def stored(session):
    session.rollback()
    return session.scalars(select(StoredTrial).order_by(StoredTrial.id)).all()


def test_a_version_is_tried_by_the_worker_and_shown(designer, analyst, session, version, work):
    assert not designer.browse(VERSION).select("#progress")
    assert designer.submit(VERSION, 303, people="40", seed="7").location == VERSION
    [waiting] = stored(session)
    assert (waiting.state, waiting.people, waiting.seed) == ("queued", 40, 7)
    page = designer.browse(VERSION)
    assert page.select_one("#progress[hx-get]")["hx-get"] == f"{VERSION}/progress"
    assert "No worker runs" in page.get_text()
    asked = designer.client.get(f"{VERSION}/progress")
    assert (asked.status_code, "HX-Refresh" in asked.headers) == (200, False)
    work()
    [done] = stored(session)
    assert (done.state, done.progress, done.result["complete"]) == ("done", 1.0, 40)
    asked = designer.client.get(f"{VERSION}/progress")
    assert (asked.status_code, asked.headers["HX-Refresh"]) == (286, "true")
    page = analyst.browse(VERSION)  # who may look, and not ask
    assert not page.select("main form[method=post]")
    words = page.get_text(" ", strip=True)
    assert "Everything was reached." in words
    assert "no indicator system" in words
    assert [row.select_one("code").get_text() for row in page.select("#pages ~ table tbody tr")] == [
        "supply",
        "after",
    ]


def test_the_built_in_questionnaire_is_tried_with_its_model(designer, session, work):
    designer.submit(FULL, 303, people="160", seed="1")
    work()
    [done] = stored(session)
    assert done.result["estimation"]["index"]["id"] == "SAT"
    for language, word in (("en", "The model was estimated"), ("zh", "模型")):
        page = designer.browse(f"{FULL}?lang={language}")
        assert word in page.select_one("#estimation").parent.get_text()
        assert "{" not in page.select_one("main").get_text()


def test_a_refusal_of_the_model_is_told_in_the_language_of_the_page(designer, work, monkeypatch):
    refused = csi_model.DataError(
        "Q1 is constant.", code="constant-column", remedy="Leave it.", about=("Q1",)
    )

    def refuse(*_given):
        raise refused

    monkeypatch.setattr(csi_model, "estimate", refuse)
    designer.submit(FULL, 303, people="160", seed="1")
    work()
    told = designer.browse(f"{FULL}?lang=zh").select_one("#estimation ~ .error")
    assert told.get_text() == (
        "有的题目的回答全部相同。 (Q1) 请将所列题目移出模型（它不能区分受访者），或去掉所列的群体或期次。"
    )
    english = designer.browse(f"{FULL}?lang=en").select_one("#estimation ~ .error")
    assert english.get_text() == "Q1 is constant. Leave it."


def test_a_draft_is_tried_as_it_stands_and_says_how_old_the_trial_is(designer, session, work):
    begin(designer, document(format="manyi/2"))
    designer.submit(DRAFT, 303, people="20", seed="1")
    work()
    assert stored(session)[0].state == "done"
    assert "since this trial" not in designer.browse(DRAFT).get_text()
    draft = drafting.find(session, "small")
    section = next(node for node in drafting.nodes_of(session, draft) if node.kind == "section")
    operation = {"op": "set", "id": section.id, "field": "title/en", "value": "Anew", "was": "Supply"}
    wanted = Change(draft.number, b"t" * 16, b"c" * 16, [operation])
    drafting.change(session, draft, wanted, staff_name="somebody", now=datetime.now(UTC))
    session.commit()
    assert "1 change was made since this trial." in designer.browse(DRAFT).get_text(" ", strip=True)


def test_a_draft_with_errors_is_not_tried_and_says_so(designer, session):
    faulty = document(format="manyi/2") | {
        "quotas": [{"code": "Q", "when": "NOBODY == 1", "text": text("Full")}]
    }
    begin(designer, faulty)
    page = designer.browse(DRAFT)
    assert not page.select("main form[method=post]")
    assert "in it. Mend" in page.get_text()
    designer.send(DRAFT, 422, people="20", seed="1")
    assert stored(session) == []


@pytest.mark.parametrize(
    "wrong",
    [{"people": ""}, {"people": "9"}, {"people": "5001"}, {"people": "many"}, {"people": "-20"},
     {"people": "９９"}, {"seed": "x"}, {"seed": "-1"}, {"seed": "99999999999999"}, {"seed": "1e3"}],
)  # fmt: skip
def test_numbers_that_cannot_be_are_told_at_their_field(designer, session, version, wrong):
    response = designer.submit(VERSION, 422, **{"people": "20", "seed": "1"} | wrong)
    [name] = wrong
    assert f'id="{name}-error"' in response.text
    assert stored(session) == []


@pytest.mark.parametrize(
    "path",
    ["/questionnaires/version/small/9/trial", "/questionnaires/version/nobody/1/trial",
     "/questionnaires/draft/nobody/trial", "/questionnaires/instrument/utility_csi/none/trial",
     "/questionnaires/version/small/x/trial"],
)  # fmt: skip
def test_what_is_not_there_cannot_be_tried(designer, version, path):
    for each in (path, f"{path}/progress"):
        assert designer.client.get(each).status_code == 404
    designer.send(path, 404, people="20", seed="1")


def test_only_designers_ask_and_nobody_asks_for_more_than_five(designer, analyst, viewer, session, version):
    analyst.send(VERSION, 403, people="20", seed="1")
    assert viewer.client.get(VERSION).status_code == 403
    for seed in range(keeping.MOST_WAITING):
        designer.submit(VERSION, 303, people="10", seed=str(seed))
    designer.submit(VERSION, 409, people="10", seed="9")
    assert len(stored(session)) == keeping.MOST_WAITING


def test_the_same_trial_is_made_once_and_a_refused_or_changed_one_anew(designer, analyst, session, work):
    begin(designer, document(format="manyi/2"))
    for _ in range(2):
        designer.submit(DRAFT, 303, people="20", seed="1")
        work()
    [one] = stored(session)
    assert one.state == "done"
    one.state, one.result = "failed", None
    session.commit()
    designer.submit(DRAFT, 303, people="20", seed="1")
    assert [each.state for each in stored(session)] == ["failed", "queued"]
    draft = drafting.find(session, "small")
    section = next(node for node in drafting.nodes_of(session, draft) if node.kind == "section")
    operation = {"op": "set", "id": section.id, "field": "title/en", "value": "Anew", "was": "Supply"}
    drafting.change(
        session, draft, Change(draft.number, b"t" * 16, b"c" * 16, [operation]), staff_name="somebody",
        now=datetime.now(UTC),
    )  # fmt: skip
    session.commit()
    designer.submit(DRAFT, 303, people="20", seed="1")
    assert len(stored(session)) == 3, "what was changed meanwhile is another questionnaire"


def test_a_trial_that_a_lost_worker_left_waits_again(designer, session, version, site_url, work):
    designer.submit(VERSION, 303, people="10", seed="1")
    [lost] = stored(session)
    lost.state, lost.started_at = "running", datetime.now(UTC) - timedelta(minutes=9)
    session.commit()
    assert keeping.waiting(session, datetime.now(UTC)) == []
    assert keeping.waiting(session, datetime.now(UTC) + timedelta(minutes=2)) == [lost.id]
    queue.try_out(site_url, lost.id)
    assert stored(session)[0].state == "done"


def test_two_workers_carry_a_trial_out_once(designer, session, version):
    designer.submit(VERSION, 303, people="10", seed="1")
    [one] = stored(session)
    made = []

    def finished(document, found):
        made.append(found.people)
        keeping.carry_out(session, one.id, finished, lambda: datetime.now(UTC))  # it runs already
        return trials.whole(document, found)

    keeping.carry_out(session, one.id, finished, lambda: datetime.now(UTC))
    assert made == [10]
    assert stored(session)[0].state == "done"


def test_why_a_trial_was_refused_is_said_in_the_language_of_the_page(designer, session, version, work):
    designer.submit(VERSION, 303, people="10", seed="1")
    [one] = stored(session)
    one.document = {**one.document, "scales": {}}
    session.commit()
    work()
    [failed] = stored(session)
    assert (failed.state, failed.result) == ("failed", None)
    assert SurveyError.read(failed.refusal).text("en") == failed.message
    assert failed.message in designer.browse(VERSION).select_one("#progress").get_text()
    chinese = designer.browse(f"{VERSION}?lang=zh").select_one("#progress .error")
    assert chinese.get_text() == SurveyError.read(failed.refusal).text("zh") != failed.message
    assert chinese.get("lang") is None
