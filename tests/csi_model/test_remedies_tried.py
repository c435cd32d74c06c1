"""Remedies that are no lines of a model: done as they say, the caution goes, and none comes in its stead.

Those that are lines stand in `estimation/test_edits.py`.
"""

import numpy as np
import pytest

from csi_model import ModelSpec, Options, estimate, prepare
from csi_model.answers.weights import weight_cautions
from csi_model.beside.kano import classify_service
from csi_model.beside.price_tolerance import price_tolerance
from csi_model.beside.retention import retention_map
from csi_model.improvement.what_if import what_if
from csi_model.series.control import control_limits
from csi_model.survey_design.raking import rake
from tests.csi_model.estimation.test_doubtful_answers import CHAIN, chain


def fitted(columns, *, plain=CHAIN, weights=None, strata=None, **options):
    spec = ModelSpec.from_mapping(plain)
    return estimate(spec, prepare(spec, columns, weights=weights, strata=strata), Options(**options)).cautions


def waves(n):
    points = 70 + np.random.default_rng(2).standard_normal(n)
    return control_limits(points, np.ones(n)).cautions


def raised(lift, *, mean=50.0, effect=(0.2, 0.0)):
    points = np.clip(mean + 15 * np.random.default_rng(3).standard_normal((200, 2)), 0, 100)
    draws = np.tile(effect, (50, 1))
    return what_if(points, np.array(lift, float), np.array(effect), draws, index_points=90).cautions


def paired(attractive, must_be, contradicting):
    """Pairs of answers that fall into three categories, so many each."""
    pairs = np.repeat([(1, 3), (3, 5), (1, 1)], [attractive, must_be, contradicting], axis=0)
    return classify_service(*pairs.T, 2).cautions


def tolerated(careless):
    """100 who go at a price of 20 at the latest, and those who say that they stay as it rises."""
    staying = np.repeat([(1.0, 1, 0), (1, 0, 0), (0, 1, 1)], [60, 40, careless], axis=0)
    return price_tolerance(np.array([5.0, 10, 20]), staying).cautions


def mapped(cut):
    satisfaction = np.concatenate([np.linspace(56, 64, 60), np.linspace(80, 95, 20)])
    return retention_map(satisfaction, np.linspace(10, 90, 80), cuts=(cut, 50.0)).cautions


def raked(region):
    tiers = ["a", "b"] * 60
    margins = {"tier": {"a": 0.5, "b": 0.5}, "region": region}
    return rake({"tier": tiers, "region": ["n"] * 80 + ["s"] * 40}, margins).cautions


def gappy(kept):
    columns = chain()
    columns["q3"] = np.where(np.arange(300) < kept, columns["q3"], np.nan)
    return columns


HEAVY = np.where(np.arange(100) == 16, 8.0, 1.0)
UNEVEN = np.where(np.arange(200) < 20, 9.0, 1.0)
FORMED = CHAIN | {"constructs": [CHAIN["constructs"][0] | {"mode": "B"}, *CHAIN["constructs"][1:]]}
STRATA = np.repeat(["a", "b"], 150)
WEIGHTS = np.linspace(0.5, 1.5, 300)

TRIED = {
    "few-waves": (lambda: waves(6), lambda: waves(10)),
    "extrapolated": (lambda: raised([30, 0]), lambda: raised([5, 0])),
    "ceiling": (lambda: raised([14, 0], mean=92.0), lambda: raised([14, 0], mean=60.0)),
    "no-effect": (lambda: raised([0, 5]), lambda: raised([5, 0])),
    "beyond-scale": (
        lambda: raised([12, 0], effect=(2.0, 0.0)),
        lambda: raised([3, 0], effect=(2.0, 0.0)),
    ),
    "questionable": (lambda: paired(60, 20, 20), lambda: paired(75, 25, 0)),
    "unclear": (lambda: paired(28, 22, 0), lambda: paired(560, 440, 0)),
    "not-monotone": (lambda: tolerated(80), lambda: tolerated(0)),
    "near-cut": (lambda: mapped(60.0), lambda: mapped(72.0)),
    "left-out": (lambda: raked({"n": 1, "s": 0}), lambda: raked({"n": 0.7, "s": 0.3})),
    "margin-rounded": (
        lambda: raked({"n": 0.667, "s": 0.3334}),
        lambda: raked({"n": 2 / 3, "s": 1 / 3}),
    ),
    "heavy-respondent": (lambda: weight_cautions(HEAVY), lambda: weight_cautions(np.minimum(HEAVY, 2))),
    "costly-weights": (lambda: weight_cautions(UNEVEN), lambda: weight_cautions(np.minimum(UNEVEN, 2))),
    "many-missing": (lambda: fitted(gappy(90)), lambda: fitted(gappy(285))),
    "few-rows": (lambda: fitted(chain(60), method="cbsem"), lambda: fitted(chain(), method="cbsem")),
    "listwise-used": (
        lambda: fitted(gappy(280), method="cbsem", missing="mean"),
        lambda: fitted(gappy(280), method="cbsem", missing="em"),
    ),
    "formative-as-reflective": (
        lambda: fitted(chain(), plain=FORMED, method="cbsem"),
        lambda: fitted(chain(), plain=FORMED, method="pls"),
    ),
    "weights-robust": (
        lambda: fitted(chain(), weights=WEIGHTS, method="cbsem"),
        lambda: fitted(chain(), weights=WEIGHTS, method="cbsem", estimator="MLR"),
    ),
    "options-not-used": (
        lambda: fitted(chain(), strata=STRATA, method="cbsem", scheme="centroid"),
        lambda: fitted(chain(), method="cbsem"),
    ),
    "bootstrap-not-used": (
        lambda: fitted(chain(), method="cbsem", bootstrap=100),
        lambda: fitted(chain(), method="cbsem"),
    ),
}


@pytest.mark.parametrize("code", TRIED)
def test_a_remedy_that_is_done_works(code):
    before, after = ({caution.code for caution in cautions()} for cautions in TRIED[code])
    assert code in before, before
    assert after <= before - {code}
