"""Floors: what few people answered is in no page, chart, file or stored run, nor to be found from others."""

import json
import re

import numpy as np
import pytest
from sqlalchemy import select

import csi_model
from surveys.analysing import matrix, runs
from surveys.codes import REASONS
from surveys.editing import publishing
from surveys.models import Analysis, Unit, Wave
from tests.web.accounts.test_access import TABLE
from tests.web.demo_site import FIRST, NOW, SECOND, demo_file, site_url  # noqa: F401
from tests.web.newer import make_official
from web.accounts.roles import ROLES
from web.runs import compute

NUMBER = re.compile(r"(?<![\w.,#-])\d{1,2}\.\d+(?![\w.])")
WITHHELD = ("few", "held")
SECRETS: dict[str, set[str]] = {}


def run_of(session, code) -> Analysis:
    found = session.scalars(select(Analysis).where(Analysis.state == "done").order_by(Analysis.id)).all()
    return next(each for each in found if each.wave_codes == [code] and "kind" not in each.options)


def estimated_anew(session, code):
    """The whole and its groups with every figure, as they would be without floors."""
    wave = session.scalar(select(Wave).where(Wave.code == code))
    document = publishing.load_document(wave.version)
    run = run_of(session, code)
    spec = csi_model.ModelSpec.from_mapping(run.specification)
    answers = matrix.load_matrix(session, wave, spec.indicator_ids)
    kinds = document.indicators.groups
    labels = {kind: csi_model.Coded(*answers.segments[kind]) for kind in kinds}
    sample = csi_model.prepare(spec, answers.columns(), missing="em", labels=labels, reserved=REASONS)
    options = csi_model.Options(seed=run.seed, floor=2)
    whole = csi_model.estimate(spec, sample, options)
    parts = {"": csi_model.document(whole)}
    for kind in kinds:
        for name, group in csi_model.estimate_groups(whole, sample, kind)[0].items():
            if group is not None:
                parts[f"{kind}:{name}"] = csi_model.document(group)
    return parts


def secrets_of(session, code) -> dict[str, set[tuple[str, str]]]:
    """Every figure that the run withholds, in more digits than are printed, and whose it is; made once."""
    if code not in SECRETS:
        SECRETS[code] = _secrets_of(session, code)
    return SECRETS[code]


def _secrets_of(session, code):
    result = run_of(session, code).result
    found = {}
    for name, part in estimated_anew(session, code).items():
        stored = result["groups"].get(name) if name else result
        for kind in ("constructs", "dimensions", "indicators"):
            for node, each in part[kind].items():
                is_withheld = stored is None or stored[kind][node].get("state") in WITHHELD
                if is_withheld and len(str(each["points"])) > 10:
                    found.setdefault(str(each["points"])[:8], set()).add((name, node))
    return found


def numbers_in(document, path=()):
    """Give every number of a document with the names that lead to it."""
    nodes = document.items() if isinstance(document, dict) else enumerate(document)
    for name, each in nodes if isinstance(document, dict | list) else ():
        if isinstance(each, dict | list):
            yield from numbers_in(each, (*path, name))
        elif isinstance(each, float):
            yield (*path, name), str(each)[:8]


def told_in(document, secrets):
    """Give what a document tells; figures of few answers are the same elsewhere by chance."""
    for path, number in numbers_in(document):
        for group, node in secrets.get(number, ()):
            if node in path and (group in path if group else "groups" not in path):
                yield path


def bodies(app, visitor, run_id):
    """Give every page and file that a role can open, of each group that there may be."""
    parts = ["", "customer_class:other", "customer_class:industrial", "customer_class:commercial"]
    parts += [f"county:D{number}" for number in range(1, 6)]
    values = {"wave_code": SECOND, "code": SECOND, "run_id": run_id, "source": "instrument", "part": "full"}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint not in TABLE or "static" in rule.endpoint:
            continue
        if rule.endpoint == "security.logout" or rule.arguments - {*values, "construct"}:
            continue
        for construct in ("SAT", "PQV") if "construct" in rule.arguments else ("",):
            given = {name: values.get(name, construct) for name in rule.arguments}
            path = rule.build(given, append_unknown=False)[1]
            for part in parts if rule.endpoint.startswith("insight.") else [""]:
                response = visitor.client.get(f"{path}?part={part}" if part else path)
                if response.status_code == 200:
                    yield path, part, response


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_given_a_figure_that_is_withheld(app, sign_in, session, role):
    secrets = secrets_of(session, SECOND)
    assert len(secrets) > 100, "nothing is withheld: the test could not fail"
    run = run_of(session, SECOND)
    # Cut, not rounded: a number in a file has more digits.
    for path, part, response in bodies(app, sign_in(role), run.id):
        if response.mimetype == "application/json" and path.startswith("/runs"):
            told = list(told_in(response.get_json()["result"], secrets))
        else:
            text = response.get_data(as_text=True)
            told = [number for number in secrets if number in text]
        assert not told, f"{role}: {path} {part} tells {told[:3]}"


def test_the_stored_run_has_no_number_of_what_is_withheld(session):
    result = run_of(session, SECOND).result
    seen = 0
    for part in (result, *filter(None, result["groups"].values())):
        for kind in ("constructs", "dimensions", "indicators"):
            for node in part[kind].values():
                if node.get("state") in WITHHELD:
                    numbers = {key for key, each in node.items() if isinstance(each, int | float | list)}
                    assert numbers <= {"weight_share", "valence"}
                    seen += 1
    assert seen
    assert result["groups"]["customer_class:other"] is None
    shown = [name for name, part in result["groups"].items() if part and name.startswith("customer_class")]
    assert len(shown) < 3, "the fourth would be what is left of the total"


def test_moments_that_make_the_series_leave_in_no_file(analyst, session):
    run = run_of(session, SECOND)
    assert run.result["items"]["means"]
    document = analyst.client.get(f"/runs/{run.id}/result.json").get_json()["result"]
    parts = [document, *filter(None, document["groups"].values())]
    assert all("shares" in part["items"] for part in parts)
    assert not any({"means", "covariance"} & set(part["items"]) for part in parts)


def numbers_of(page):
    """Give every number that a page's charts hold, and every printed score."""
    for node in page.select(".chart[data-figure]"):
        for trace in json.loads(node["data-figure"])["data"]:
            for axis in ("x", "y"):
                yield from (each for each in trace.get(axis, ()) if isinstance(each, float))
    for node in page.select(".score"):
        yield from map(float, re.findall(r"^\d+(?:\.\d+)?", node.get_text().strip()))


def test_pages_hold_printed_digits_and_few_answers_are_printed_coarsely(viewer):
    whole = list(numbers_of(viewer.browse(f"/insight/?wave={SECOND}")))
    assert whole == pytest.approx(np.round(whole, 1), abs=1e-9)
    assert any(each % 1 for each in whole)
    page = viewer.browse(f"/insight/?wave={SECOND}&part=county:D2")
    assert "indicative only" in page.get_text()
    few = list(numbers_of(page))
    assert few
    assert few == pytest.approx(np.round(few), abs=1e-9)
    assert not NUMBER.findall(page.select_one("main").get_text(" ")), "a figure of few with a decimal"
    answer = viewer.client.get(f"/insight/{SECOND}/index.csv?part=county:D2")
    assert not NUMBER.findall(re.sub(r"0\.\d{3}", "", answer.text.split("\n", 1)[1]))


def test_a_figure_that_is_withheld_is_a_dash_and_its_reason(viewer, session):
    result = run_of(session, SECOND).result
    gone = {node["construct"] for node in result["indicators"].values() if node["state"] in WITHHELD}
    page = viewer.browse(f"/insight/{SECOND}/constructs/{min(gone)}?lang=en")
    assert "could be found by subtraction" in page.select_one("#questions").parent.get_text()
    for language in ("en", "zh"):
        viewer.browse(f"/insight/{SECOND}/constructs/{min(gone)}?lang={language}")


def again(session, code):
    """Estimate a wave once more."""
    wave = session.scalar(select(Wave).where(Wave.code == code))
    run = compute.plan(session, wave, staff_name="test", now=NOW, options={"bootstrap": 0})
    session.commit()
    compute.execute(session, run)
    assert run.state == "done", run.message
    return run


def test_an_office_that_moved_counts_where_it_was_when_the_wave_was_published(session):
    before = run_of(session, FIRST).result
    office = session.scalars(select(Unit).where(Unit.code == "D2-01")).one()
    office.parent = session.scalars(select(Unit).where(Unit.code == "D1")).one()
    session.commit()
    after = again(session, FIRST).result
    assert after["tree_of_units"] == before["tree_of_units"]
    assert after["tree_of_units"]["D2-01"]["county"] == "D2"
    assert {name: part and part["n_used"] for name, part in after["groups"].items()} == {
        name: part and part["n_used"] for name, part in before["groups"].items()
    }


def test_what_a_published_run_withheld_the_next_one_withholds(session):
    first = run_of(session, FIRST)
    result = json.loads(json.dumps(first.result))
    assert result["indicators"]["SAT1"]["state"] == "shown"
    result["indicators"]["SAT1"] |= {"state": "held", "points": None}
    columns = {name.key: getattr(first, name.key) for name in Analysis.__table__.columns if name.key != "id"}
    other = Analysis(**columns | {"result": result})
    session.add(other)
    session.commit()
    assert again(session, FIRST).result["indicators"]["SAT1"]["state"] == "shown", "it was never published"
    make_official(session, other)
    assert again(session, FIRST).result["indicators"]["SAT1"]["state"] == "held"


def test_a_run_is_handed_out_without_moments_whatever_its_age():
    assert runs.handed_out({"index": {}}) == {"index": {}}
    assert runs.handed_out({"items": {"codes": ["Q"], "means": [1]}, "groups": {"a": None}}) == {
        "items": {"codes": ["Q"]},
        "groups": {"a": None},
    }
