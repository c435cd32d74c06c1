"""A site on which everything is there twice, for tests of what belongs to something else.

Drafts, their parts, findings, reviews and pilots; versions, blocks, waves with answers and quotas, runs,
sessions. What carries `far` in its name is of another draft, wave or person.
"""

import copy
import secrets
from datetime import UTC, datetime
from types import SimpleNamespace

from sqlalchemy import select

from surveys.analysing import decisions, official
from surveys.analysing.series import is_series
from surveys.collecting import waves
from surveys.document import loading
from surveys.editing import drafting, library, publishing, reviewing
from surveys.editing.drafting import Change
from surveys.editing.library import Contents
from surveys.editing.naming import Names
from surveys.models import Analysis, Response, Wave
from surveys.models.collection import Access, Purpose, ResponseState
from surveys.models.records import AnalysisState
from surveys.piloting import pilots
from tests.surveys.counting import asking
from tests.surveys.drafts import DOCUMENT
from tests.surveys.worlds import make_customers
from tests.web import answering
from tests.web.conftest import PASSWORD
from tests.web.demo_site import FIRST, LIVE, SECOND
from tests.web.newer import copy_of, newer_run
from web.accounts.models import StaffSession
from web.accounts.roles import ROLES
from web.accounts.staff import add_staff, find_staff
from web.author.model import findings_of_model
from web.extensions import db

NOW = datetime.now(UTC)
COLLEAGUE = "colleague@example.org"
SOUND = {name: value for name, value in DOCUMENT.items() if name != "indicators"}


def world(app, session, sign_in) -> SimpleNamespace:
    """Make the site, and give what its forms name."""
    with app.app_context():
        add_staff(db.session, email=COLLEAGUE, roles=["designer", "analyst"], password=PASSWORD)
        db.session.commit()
    made = SimpleNamespace()
    _sessions(session, made)
    _versions(session, made)
    _drafts(session, made)
    _waves(session, made)
    _runs(session, made)
    session.commit()
    designer = sign_in("designer")
    for name, place, field in (
        ("repair", "small/findings", "which"),
        ("far_repair", "large/findings", "which"),
        ("warning", "large/review", "warning"),
        ("far_warning", "small/review", "warning"),
    ):
        page = designer.browse(f"/questionnaires/draft/{place}")
        setattr(made, name, page.select(f"[name={field}]")[-1]["value"])
    for name, code in (("worded", "sound"), ("far_worded", "other")):
        page = designer.browse(f"/questionnaires/draft/{code}/review")
        setattr(made, name, page.select_one("[name^='series:']")["name"])
    return made


def _sessions(session, made) -> None:
    """Let everybody be logged in somewhere else too."""
    made.sessions = {}
    for role in [*ROLES, "colleague"]:
        made.sessions[role] = secrets.token_hex(32)
        person = find_staff(session, f"{role}@example.org")
        session.add(StaffSession(key=made.sessions[role], staff_id=person.id, began_at=NOW))
    made.staff_id = find_staff(session, "viewer@example.org").id


def _versions(session, made) -> None:
    """Publish questionnaires, one of them twice; drafts of two word a rating anew."""
    later = asking(title={"zh": "第二版", "en": "Another edition"})
    for plain in (answering.DOCUMENT, asking(), later):
        version = publishing.publish(session, loading.load(plain), "Test", NOW)
        setattr(made, version.questionnaire.code, version)
    made.version_id = str(made.site.id)
    for code in ("sound", "other"):
        plain = SOUND | {"code": code}
        version = publishing.publish(session, loading.load(plain), "Test", NOW)
        draft = drafting.begin(session, code, plain, staff_name=COLLEAGUE, now=NOW, base=version)
        node = next(each for each in drafting.nodes_of(session, draft) if each.code == "S1")
        said = {"op": "set", "id": node.id, "field": "text/en", "value": f"Quite anew in {code}"}
        _change(session, draft, said)


def _change(session, draft, *operations) -> None:
    wanted = Change(draft.number, secrets.token_bytes(16), secrets.token_bytes(16), operations)
    drafting.change(session, draft, wanted, staff_name="designer@example.org", now=NOW)


def _drafts(session, made) -> None:
    """Begin one draft, and a larger one: its last parts have numbers that the small one has not."""
    small = copy.deepcopy(DOCUMENT)
    four = {"code": "S4", "type": "rating", "scale": "s10", "text": {"zh": "四", "en": "Four"}}
    how = {"code": "HOW", "type": "long_text", "text": {"zh": "如何？", "en": "How?"}}
    small["sections"][0]["questions"].append(four)
    small["sections"].append({"code": "C", "title": {"zh": "丙", "en": "C"}, "questions": [how]})
    qual = copy.deepcopy(small["indicators"]["constructs"][0]) | {"id": "QUAL", "locked": True}
    qual["dimensions"][0] |= {"id": "D2", "indicators": ["S4"]}
    small["indicators"]["constructs"].append(qual)
    small["indicators"]["paths"] = [["QUAL", "SAT"]]
    rows = [
        four | {"code": f"L{number}", "text": {"zh": f"题{number}", "en": f"L {number}"}}
        for number in range(60)
    ]
    large = copy.deepcopy(SOUND) | {"code": "large"}
    large["sections"].append({"code": "Z", "title": {"zh": "丙", "en": "Z"}, "questions": rows})
    third = copy.deepcopy(large) | {"code": "third"}
    found = {
        each["code"]: drafting.begin(session, each["code"], each, staff_name=COLLEAGUE, now=NOW)
        for each in (small, large, third)
    }
    with_pilots = (("small", 1), ("large", 1), ("large", 2))
    made.pilots = [_pilot(session, found[code], number) for code, number in with_pilots]
    for code in ("large", "third"):
        review = reviewing.submit(session, found[code], 0, staff_name=COLLEAGUE, now=NOW)
        session.flush()
        named = {"staff_name": "one@example.org", "now": NOW}
        reviewing.decide(session, found[code], review.id, "approved", "", **named)
        setattr(made, "review" if code == "large" else "far_review", review.id)
    _parts(session, made, found["small"], found["large"])
    for name in ("designer@example.org", COLLEAGUE):
        contents = Contents({**SOUND, "code": "block"}, "draft:small/0")
        library.put(session, contents, name=name, about="", staff_name=name, now=NOW)


def _pilot(session, draft, number):
    people = make_customers(session, 12) if number == 1 and draft.questionnaire.code == "small" else ()
    named = {"people": people, "more": findings_of_model, "staff_name": COLLEAGUE, "now": NOW}
    return pilots.freeze(session, draft, draft.number, number, **named).wave.code


def _parts(session, made, small, large) -> None:
    """Change both drafts, the large one more often, and note the numbers of their parts."""
    at = {each.code or each.kind: each for each in drafting.nodes_of(session, small)}
    far = {each.code or each.kind: each for each in drafting.nodes_of(session, large)}
    _change(session, small, {"op": "set", "id": at["S1"].id, "field": "text/en", "value": "First"})
    _change(session, small, {"op": "drop", "id": at["S2"].id})
    _change(session, small, {"op": "drop", "id": at["WHY"].id}, {"op": "drop", "id": at["HOW"].id})
    for number in range(9):
        said = {"op": "set", "id": far["L1"].id, "field": "text/en", "value": f"Said {number}"}
        _change(session, large, said)
    _change(session, large, {"op": "add", "id": 10**6, "kind": "section", "parent": far["A"].parent,
                             "place": "zz", "fields": {"code": "EMPTY"}})  # fmt: skip
    languages = {"op": "set", "id": 1, "field": "languages/de", "value": 2}
    _change(session, large, languages)
    made.at, made.far = at, far
    made.base, made.far_base = small.number, large.number
    known = {each.id for each in Names(drafting.nodes_of(session, small)).nodes}
    assert far["L59"].id not in known, "no part of the small draft has this number"


def _waves(session, made) -> None:
    """Plan, open and pause waves; decide about answers of two others."""
    answering.make_wave(session, made.site, code="PLANNED", opened=False)
    answering.make_wave(session, made.site, code="OPEN")
    answering.make_wave(session, made.site, code="INVITED", access=Access.INVITED)
    answering.make_wave(session, made.counted, code="COUNTED")
    answering.make_wave(session, made.site, code="TRIED", purpose=Purpose.PILOT)
    paused = answering.make_wave(session, made.site, code="PAUSED")
    waves.pause_wave(session, paused, NOW)
    made.pilot_version = session.scalars(select(Wave).where(Wave.code == made.pilots[0])).one().version_id
    made.answers, made.asked, made.out = {}, {}, {}
    for code in (FIRST, LIVE):
        wave = session.scalars(select(Wave).where(Wave.code == code)).one()
        complete = select(Response.id).where(
            Response.wave_id == wave.id, Response.state == ResponseState.COMPLETE
        )
        gone = {ident for ident, each in decisions.standings(session, wave).items() if each.is_excluded}
        free = [each for each in session.scalars(complete.order_by(Response.id)) if each not in gone]
        made.answers[code], made.asked[code], made.out[code] = map(str, free[:3])
        decided = {"actor": "one@example.org", "reason": "It is a test.", "now": NOW}
        decisions.exclude(session, wave, free[1:3], **decided)
        decisions.ask_back(session, wave, free[1:2], **decided)


def _runs(session, made) -> None:
    """Let runs wait, of each person one, and propose some."""
    done = newer_run(session, SECOND).id
    made.run = copy_of(session, done, created_by=COLLEAGUE).id
    made.waiting = {}
    for seed, role in enumerate(["administrator", "analyst", "colleague"], start=100):
        waits = {"state": AnalysisState.QUEUED, "result": None, "finished_at": None, "seed": seed}
        made.waiting[role] = copy_of(session, done, **waits, created_by=f"{role}@example.org").id
    made.series = session.scalars(select(Analysis.id).where(is_series()).limit(1)).one()
    made.open_run = newer_run(session, LIVE).id
    made.proposed = {}
    for role in ("administrator", "analyst", "colleague"):
        proposed = copy_of(session, done, created_by="one@example.org")
        said = {"actor": f"{role}@example.org", "reason": "It is a test.", "now": NOW}
        official.propose(session, proposed, **said)
        made.proposed[role] = proposed.id
    made.colleagues_proposal = made.proposed["colleague"]
    made.published = next(iter(official.published(session).values())).run_id
