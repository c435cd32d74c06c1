"""What a headline says of the wave before; runs that it adds to the series stay, so it stands by itself."""

import json

from surveys.models import Analysis
from tests.web.demo_site import FIRST, LIVE, SECOND, demo_file, site_url  # noqa: F401
from tests.web.newer import copy_of
from web.insight import results
from web.shelf import Shelf


def test_what_a_figure_did_is_said_once_and_an_arrow_is_for_clear_moves_alone(analyst, session, monkeypatch):
    monkeypatch.setattr(results, "_results", Shelf(64))
    told = {
        "unclear": ("no clear change", []),
        "hint": ("perhaps", []),
        "absent": ("there is no earlier wave", []),
        "break": ("not comparable with", []),
        "up": ("up ", ["rise"]),
        "down": ("down ", ["fall"]),
    }
    found = results.series_of(session, is_official=False)
    result = json.loads(json.dumps(session.get(Analysis, found.run[0]).result))
    own = result["parts"][""]["moves"][LIVE]
    for verdict, (sentence, arrow) in told.items():
        own["SAT"] = {"last": own["SAT"]["last"] | {"verdict": verdict}}
        copy_of(session, found.run[0], result=json.loads(json.dumps(result)))
        for path in (f"/insight/?wave={LIVE}", f"/insight/{LIVE}/constructs/SAT"):
            headline = analyst.browse(path).select_one(".headline")
            said = [each.get_text().strip().lower() for each in headline.select("p:not(.hint)")]
            assert len([each for each in said if each.startswith(sentence)]) == 1, verdict
            assert [each["class"][0] for each in headline.select(".rise, .fall, .still")] == arrow
