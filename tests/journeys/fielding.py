"""What comes after the making: trial, pilot, wave and index of what was built in a browser."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from surveys.asking.router import Router
from surveys.collecting.bulk import store_complete
from surveys.database import create_engine
from surveys.editing import publishing
from surveys.models import Response, Version, Wave
from surveys.models.collection import Purpose
from surveys.trial import trial
from tests.journeys.looking import accessible
from web.runs import queue

PILOTED, ANSWERED = 20, 120


def work(desk):
    """Do what the worker would: take every waiting job."""
    url = make_url(desk.database)
    waiting = queue.queue(url, Path(url.database).parent).waiting
    while (task := waiting.dequeue()) is not None:
        waiting.execute(task)


def people_answer(desk, wave_code, number):
    """Let synthetic people answer a wave, by the rules of respondents."""
    with Session(create_engine(desk.database)) as session:
        wave = session.scalar(select(Wave).where(Wave.code == wave_code))
        now = datetime.now(UTC)
        walked = trial.run(Router(publishing.load_document(wave.version)), now.date(), people=2 * number)
        said = {code: values[:number] for code, values in walked.answers.items()}
        store_complete(session, wave, said, completed_at=now, language="zh")
        session.commit()


def person_answers(build, address, said, language="en"):
    """Answer every page as somebody else: as is `said` by code, elsewhere 7, the first option, or a 1."""
    context = build.page.context.browser.new_context(locale=language)
    page = context.new_page()
    page.goto(address)
    while page.locator("button.next").count():
        for group in page.locator("fieldset.item[data-code]:visible").all():
            code = group.get_attribute("data-code")
            radios = group.locator("input[type=radio]")
            if group.locator(".points").count():
                group.locator(f"input[value='{said.get(code, 7)}']").check()
            elif radios.count():
                (group.locator(f"input[value={said[code]}]") if code in said else radios.first).check()
            else:
                group.locator(f"[name={code}]").fill(said.get(code, "1"))
            if f"{code}?" in said:
                group.locator("summary").click()
                group.locator("[name^='_c.']").fill(said[f"{code}?"])
        with page.expect_navigation():
            page.locator("button.next").click()
    text = page.locator("main").inner_text()
    context.close()
    return text


def tried(build):
    """Ask for a trial; with scripts, see what came of it."""
    build.at("/trial")
    build.hand.type(build.page.locator("[name=people]"), "60")
    build.hand.go("main form.panel button[type=submit]")
    work(build.desk)
    build.at("/trial")
    assert "done" in build.page.inner_text("#progress")


def piloted(build):
    """Freeze a pilot; one person answers it on its pages and comments, twenty others do at once."""
    build.at("/pilot")
    build.hand.go("main form.panel button[type=submit]")
    link = build.page.locator(".hand-out a").first.get_attribute("href")
    thanked = person_answers(build, link, {"Q6": 3, "Q6?": "With what overall?", "Q9": 9})
    assert "Thank you!" in thanked
    people_answer(build.desk, newest(build.desk, Wave, Wave.purpose == Purpose.DRAFT).code, PILOTED)
    build.page.reload()
    told = build.page.inner_text("main")
    assert "With what overall?" in told
    assert f"{PILOTED + 1}" in build.page.locator(".figures").first.inner_text()
    accessible(build.page)


def newest(desk, model, *conditions):
    with Session(create_engine(desk.database)) as session:
        return session.scalars(select(model).where(*conditions).order_by(model.id.desc())).first()


def opened(build):
    """Plan a wave of the published version from its page, set the quota, open it."""
    page = build.page
    build.hand.go("main a:has-text('Plan a wave with it')")
    for name, value in (("title_zh", "第一轮"), ("title_en", "First round"), ("code", "FIRST")):
        build.hand.write(f"[name={name}]", value)
    build.hand.press("[name=access][value=public]")
    build.hand.go("main form.panel button[type=submit]")
    build.hand.type(page.locator("[name=quota-QUOTA1]"), "1")
    build.hand.go("button:has-text('Set the quotas')")
    page.once("dialog", lambda asked: asked.accept())
    build.hand.go("section[aria-labelledby=life] form button")
    accessible(page)


def answered(build):
    """Two people come to the end, with the pipe and the condition; who is too many for the quota is told."""
    link = build.page.locator(".link-line a").first.get_attribute("href")
    asked = {"Q2": "o1", "Q6": 3, "Q10": "hotline was slow"}
    assert "Thank you!" in person_answers(build, link, {"Q1": "o1", **asked})
    assert "谢谢！" in person_answers(build, link, {"Q1": "o2"}, "zh")
    assert "There are enough of you" in person_answers(build, link, {"Q1": "o1"})
    with Session(create_engine(build.desk.database)) as session:
        wave = session.scalar(select(Wave).where(Wave.code == "FIRST"))
        states = session.scalars(select(Response.state).where(Response.wave_id == wave.id)).all()
        assert sorted(states) == ["complete", "complete", "screened"]
        version = session.get(Version, wave.version_id)
        assert version.approved_by == "cy@example.org"
    people_answer(build.desk, "FIRST", ANSWERED)


def estimated(build):
    """Ask for a run of the wave, and see its index."""
    page = build.page
    page.goto(f"{build.desk.address}/runs/")
    build.hand.write("[name=wave]", "FIRST")
    build.hand.type(page.locator("[name=bootstrap]"), "200")
    build.hand.go("main form.panel button[type=submit]")
    work(build.desk)
    page.reload()
    told = page.inner_text("main")
    assert "done" in page.inner_text("#progress"), told
    assert "Satisfaction" in told
    accessible(page)
