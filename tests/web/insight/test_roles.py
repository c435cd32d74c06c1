"""Panels follow the roles that a questionnaire declares, whatever its constructs and questions are called."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from surveys.analysing.matrix import load_matrix
from surveys.collecting import waves
from surveys.document import loading
from surveys.document.indicators import Grouping
from surveys.editing import publishing
from surveys.models import Response, Wave
from tests.web.demo_site import NOW, SECOND, demo_file, site_url  # noqa: F401
from tests.web.newer import make_official
from web import labels
from web.runs import compute

OTHER = {"SAT": "OVR", "SWC": "TIES", "LOY": "FAITH", "VAL": "WORTH", "NPS": "TELL", "CES": "EASE"}
TOLD = ("segments", "value", "switching", "companions", "group-1", "group-2")
OPTIONS = {"bootstrap": 60}


def renamed(plain):
    """The same questionnaire with other codes for constructs and for the questions beside the index."""

    def walk(node):
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(each) for each in node]
        return OTHER.get(node, node) if isinstance(node, str) else node

    return plain | {
        "indicators": walk(plain["indicators"]),
        "quality": walk(plain["quality"]),
        "sections": [
            part | {"questions": [each | {"code": OTHER.get(each["code"], each["code"])}
                                  for each in part["questions"]]}
            for part in plain["sections"]
        ],
    }  # fmt: skip


def without_switching_cost(plain):
    """The same questionnaire, its model without the costs of leaving, grouped by customer class alone."""
    system = plain["indicators"]
    kept = {role: code for role, code in system["roles"].items() if role != "switching_cost"}
    return plain | {
        "indicators": system
        | {
            "constructs": [each for each in system["constructs"] if each["id"] != "SWC"],
            "paths": [path for path in system["paths"] if "SWC" not in path],
            "interactions": [],
            "roles": kept,
            "groups": ["customer_class"],
        }
    }


def asked_with(session, change) -> str:
    """Let the answers of the demo's last closed wave stand under another questionnaire, and estimate them."""
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    plain = change(publishing.load_document(wave.version).dump()) | {"code": "other"}
    version = publishing.publish(session, loading.load(json.loads(json.dumps(plain))), "Test", NOW)
    other = waves.create_wave(session, version, code="OTHER", title="Other", now=NOW - timedelta(days=2))
    waves.open_wave(session, other, NOW - timedelta(days=2))
    session.execute(update(Response).where(Response.wave_id == wave.id).values(wave_id=other.id))
    waves.close_wave(session, other, NOW)
    session.commit()
    return estimated(session, "OTHER")


def estimated(session, code) -> str:
    wave = session.scalar(select(Wave).where(Wave.code == code))
    run = compute.plan(session, wave, staff_name="test", now=NOW, seed=5, options=OPTIONS)
    session.commit()
    compute.execute(session, run)
    assert run.state == "done", run.message
    make_official(session, run)
    return code


def panels(viewer, code):
    page = viewer.browse(f"/insight/?wave={code}&lang=en")
    return {
        part["aria-labelledby"]: " ".join(part.get_text(" ").split())
        for part in page.select("main section[aria-labelledby]")
    }


def test_other_codes_give_the_same_panels(viewer, session):
    before = panels(viewer, estimated(session, SECOND))
    after = panels(viewer, asked_with(session, renamed))
    assert list(after) == list(before)
    assert {name: after[name] for name in TOLD} == {name: before[name] for name in TOLD}
    assert "FAITH" not in "".join(after.values())


def test_without_switching_cost_nothing_is_said_of_it_and_nothing_fails(viewer, session):
    shown = panels(viewer, asked_with(session, without_switching_cost))
    assert {"value", "loyalty", "companions", "group-1"} <= set(shown)
    assert not {"segments", "switching", "group-2"} & set(shown)
    assert "By customer class" in shown["group-1"]


def test_cuts_are_those_of_the_questionnaire(viewer, session):
    def strict(plain):
        cuts = {"satisfied": 72.5, "costly": 40}
        return plain | {"indicators": plain["indicators"] | {"cuts": cuts}}

    before = panels(viewer, estimated(session, SECOND))["segments"]
    after = panels(viewer, asked_with(session, strict))["segments"]
    assert "Satisfied from 60 points on; leaving is costly from 50 points" in before
    assert "Satisfied from 72.5 points on; leaving is costly from 40 points" in after
    assert before.split("Range")[1] != after.split("Range")[1]


def test_whatever_answers_can_be_grouped_by_has_a_heading_and_labels(session):
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    known = set(load_matrix(session, wave).segments)
    assert set(Grouping.__args__) == set(labels.GROUPS) <= known


@pytest.mark.parametrize("role", ["loyalty", "promotion"])
def test_a_role_that_nothing_plays_is_refused(session, role):
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    plain = publishing.load_document(wave.version).dump()
    plain["indicators"]["roles"][role] = "NOBODY"
    with pytest.raises(ValueError, match=r"NOBODY.*Use one of"):
        loading.load(plain)


def test_certainty_is_that_of_the_run(viewer, session):
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    run = compute.plan(session, wave, staff_name="test", now=NOW, options=OPTIONS | {"level": 0.8})
    session.commit()
    compute.execute(session, run)
    make_official(session, run)
    page = viewer.browse(f"/insight/{SECOND}/constructs/LOY?lang=en")
    assert "With 80 % certainty between" in page.select_one(".headline").get_text()
    assert run.result["level"] == 0.8
