"""Remedies of cautions about groups, segments, resamples, waves and measures, carried out as they say."""

import json
from concurrent.futures.process import BrokenProcessPool
from unittest.mock import Mock

import numpy as np
import pytest

from csi_model import ModelSpec, Options, compare, effect_of_measure, estimate, follow, prepare, segments
from csi_model.estimation import groups
from csi_model.segmentation import fimix
from csi_model.series.breaks import bridge_shift
from csi_model.units.side_by_side import side_by_side
from tests.csi_model.estimation.test_doubtful_answers import CHAIN, chain, rounded
from tests.csi_model.remedying import works
from tests.csi_model.simulated import SPEC as GOLDEN
from tests.csi_model.simulated import survey

CHAINED = ModelSpec.from_mapping(CHAIN)
THINNED = ModelSpec.from_yaml(json.dumps(CHAIN).replace(', "q3"', ""))
ONE, TWO = (
    ModelSpec.from_mapping(
        {
            "index": "SAT",
            "constructs": [{"id": "QUAL", "indicators": ["q1"]}, {"id": "SAT", "indicators": asked}],
            "paths": [["QUAL", "SAT"]],
        }
    )
    for asked in (["s1"], ["s1", "s2"])
)


def units(n, differing, size=40):
    """So many units; those that differ have other levels."""
    columns, unit = chain(n * size), np.arange(n * size) // size
    level = differing * np.linspace(-2, 2, n)[unit]
    columns = {code: np.clip(np.rint(column + level), 1, 10) for code, column in columns.items()}
    sample = prepare(CHAINED, columns, labels={"unit": unit.astype(str)})
    result = estimate(CHAINED, sample, Options(bootstrap=30, floor=20), by="unit")
    return [*result.cautions, *side_by_side(result)["cautions"]]


def clustered(n):
    """Two groups, of so many clusters each."""
    clusters = np.arange(300) % (2 * n)
    sample = prepare(CHAINED, chain(), clusters=clusters, labels={"group": clusters % 2 == 0})
    return compare(CHAINED, sample, "group", Options(bootstrap=20), n_permutations=0).cautions


def one_constant(group="c", *, comparing=False, left=True):
    """Whom no question tells apart: a group by itself, joined with another, or left out."""
    unit = np.repeat(["a", "b", group], 100)
    columns = chain()
    columns["q2"][200:] = 9.0
    kept = np.arange(300) < (300 if left else 200)
    sample = prepare(
        CHAINED, {code: each[kept] for code, each in columns.items()}, labels={"unit": unit[kept]}
    )
    if comparing:
        return compare(CHAINED, sample, "unit", Options(bootstrap=20), n_permutations=0).cautions
    return estimate(CHAINED, sample, by="unit").cautions


def worked(jobs, monkeypatch):
    """Work where processes die."""
    monkeypatch.setattr(groups, "ProcessPoolExecutor", Mock(side_effect=BrokenProcessPool))
    sample = prepare(CHAINED, chain(), labels={"unit": np.repeat(["a", "b", "c"], 100)})
    return estimate(CHAINED, sample, Options(jobs=jobs), by="unit").cautions


def test_the_work_of_processes_that_end_early_can_be_done_by_one(monkeypatch):
    works("workers-ended", lambda: worked(2, monkeypatch), lambda: worked(1, monkeypatch))


def grouped(sample, spec=CHAINED, *, most, missing="em"):
    result = estimate(spec, sample, Options(missing=missing))
    return [*result.cautions, *segments(result, sample, most=most, n_starts=2).cautions]


def gappy(missing):
    columns, r = chain(), np.random.default_rng(3)
    columns = {code: np.where(r.random(300) < 0.07, np.nan, column) for code, column in columns.items()}
    return grouped(prepare(CHAINED, columns), most=1, missing=missing)


def copied(most, *, without=False):
    """The index is a copy of its antecedent but for one in ten."""
    columns = chain()
    kept = np.arange(300) % 10 > 0
    if not without:
        columns["s1"] = np.where(kept, columns["q1"], columns["s1"])
    return grouped(prepare(ONE, columns), ONE, most=most)


def test_a_search_that_did_not_end_ends_with_fewer_segments(monkeypatch):
    monkeypatch.setattr(fimix, "MOST_ITERATIONS", 3)
    sample = prepare(CHAINED, chain())
    works("mixture-open", lambda: grouped(sample, most=2), lambda: grouped(sample, most=1))


def drawn(columns=None, strata=None, n=300, **options):
    sample = prepare(CHAINED, chain(n) if columns is None else columns, strata=strata)
    return estimate(CHAINED, sample, Options(**({"bootstrap": 20} | options))).cautions


def nearly_constant(n, others=3):
    columns = chain(n)
    columns["q3"] = np.where(np.arange(n) < others, columns["q1"], 10.0)
    columns["q3"][:others] = np.linspace(7, 9, others).round()
    return columns


def lost(others):
    """Draws of a group in which few answer a question otherwise than most."""
    columns = {code: np.concatenate([x, x]) for code, x in nearly_constant(100, others).items()}
    columns["q3"][100:] = chain(100)["q3"]
    sample = prepare(CHAINED, columns, labels={"group": np.repeat(["a", "b"], 100)})
    return compare(CHAINED, sample, "group", Options(bootstrap=60), n_permutations=0).cautions


def reworded(order=("2021", "2022", "2023"), bridges=None):
    sample, year = survey(n=120, years=3)
    kept = sample.where(np.isin(year, order))
    marks = {"2022": ["SAT1"]} if "2021" in order else {}
    return follow(GOLDEN, kept, "wave", Options(bootstrap=20), reworded=marks, bridges=bridges)["cautions"]


def alike(order=(), *, left_out=False):
    """One wave of three in which everybody gave a question the same answer."""
    columns, wave = chain(600), np.repeat(["2021", "2022", "2023"], 200)
    columns["q3"] = np.where(wave == "2022", 8, columns["q3"])
    spec = THINNED if left_out else CHAINED
    return follow(spec, prepare(spec, columns, labels={"wave": wave}), "wave", order=order)["cautions"]


def measured(*, n_units=20, before=("w2", "w3"), size=12, drift=0.0, alike=False, away=(), counts=None):
    """The first half of the units get a measure after w3; three quarters drift before it."""
    r = np.random.default_rng(11)
    unit, wave = np.divmod(np.arange(n_units * 4 * size) // size, 4)
    level = 0.5 * r.standard_normal(n_units)[unit] + drift * wave * (unit < 3 * n_units // 4)
    shared = 0.6 * r.standard_normal(len(unit))
    columns = {
        f"{name}1": rounded(level + shared + 0.8 * r.standard_normal(len(unit))) for name in ("q", "s")
    }
    kept = ~np.isin(4 * unit + wave, away) & ((not alike) | (unit < 3 * n_units // 4))
    names, wave = np.array([f"u{k:02d}" for k in unit]), np.array(["w1", "w2", "w3", "w4"])[wave]
    sample = prepare(
        ONE,
        {code: column[kept] for code, column in columns.items()},
        labels={"unit": names[kept], "wave": wave[kept]},
    )
    return effect_of_measure(
        ONE, sample, Options(floor=10), units="unit", waves="wave",
        treated=sorted(set(names[unit < n_units // 2])), before=before, after=["w4"], n_resamples=60,
        unit_weights=counts and dict(zip(sorted(set(names)), counts, strict=True)),
    )["cautions"]  # fmt: skip


def silenced(spec):
    """Two in five of the treated do not know the second question after the measure."""
    r = np.random.default_rng(11)
    unit, wave = np.divmod(np.arange(20 * 3 * 12) // 12, 3)
    shared = 0.5 * r.standard_normal(20)[unit] + r.standard_normal(len(unit))
    columns = {code: rounded(shared + 0.6 * r.standard_normal(len(unit))) for code in ("q1", "s1", "s2")}
    columns["s2"][(unit < 10) & (wave == 2) & (r.random(len(unit)) < 0.4)] = np.nan
    sample = prepare(spec, columns, labels={"unit": unit.astype(str), "wave": wave.astype(str)})
    return effect_of_measure(
        spec, sample, units="unit", waves="wave",
        treated=[str(k) for k in range(10)], before=["0", "1"], after=["2"], n_resamples=60,
    )["cautions"]  # fmt: skip


def chosen(*, as_low=False):
    """Units that scored low in w3 get a measure that does nothing; the others may have been as low."""
    r = np.random.default_rng(4)
    unit, wave = np.divmod(np.arange(40 * 3 * 12) // 12, 3)
    level = 0.3 * r.standard_normal(40)[unit] + r.standard_normal(len(unit))
    columns = {f"{name}1": rounded(level + 0.5 * r.standard_normal(len(unit))) for name in ("q", "s")}
    wave = np.array(["w2", "w3", "w4"])[wave]
    rank = np.argsort([columns["s1"][(unit == k) & (wave == "w3")].mean() for k in range(40)])
    treated, compared = (rank[:20:2], rank[1:20:2]) if as_low else (rank[:10], rank[10:])
    kept = np.isin(unit, [*treated, *compared])
    sample = prepare(
        ONE,
        {code: column[kept] for code, column in columns.items()},
        labels={"unit": unit[kept].astype(str), "wave": wave[kept]},
    )
    return effect_of_measure(
        ONE, sample, units="unit", waves="wave",
        treated=[str(k) for k in treated], before=["w3"], after=["w4"], n_resamples=60,
    )["cautions"]  # fmt: skip


DOMINATED = [*[1.0] * 8, 60.0, 60.0, *[1.0] * 8, 60.0, 60.0]  # two units a side count for nearly all
TRIED = {
    "few-units": (lambda: units(6, 1), lambda: units(12, 1)),
    "few-units, of clusters": (lambda: clustered(6), lambda: clustered(50)),
    "few-units, of a measure": (lambda: measured(n_units=12), lambda: measured(n_units=20)),
    "few-units, too few to tell": (lambda: measured(n_units=4, size=30), lambda: measured(n_units=20)),
    "group-refused": (one_constant, lambda: one_constant("b"), lambda: one_constant(left=False)),
    "group-refused, compared": (
        lambda: one_constant(comparing=True),
        lambda: one_constant("b", comparing=True),
        lambda: one_constant(comparing=True, left=False),
    ),
    "wave-refused": (alike, lambda: alike(("2021", "2023")), lambda: alike(left_out=True)),
    "imputed-scores": (lambda: gappy("em"), lambda: gappy("listwise")),
    "mixture-degenerate": (lambda: copied(2), lambda: copied(1), lambda: copied(2, without=True)),
    "small-segment": (
        lambda: grouped(prepare(CHAINED, chain(100)), most=4),
        lambda: grouped(prepare(CHAINED, chain(100)), most=1),
    ),
    "failed-draws": (
        lambda: drawn(nearly_constant(100), bootstrap=100),
        lambda: drawn(nearly_constant(1000, 30), bootstrap=100),
    ),
    "failed-draws, compared": (lambda: lost(3), lambda: lost(30)),
    "bca-used": (
        lambda: drawn(strata=np.arange(300) // 2, interval="studentised"),
        lambda: drawn(strata=np.arange(300) // 20, interval="studentised"),
    ),
    "percentile-used": (
        lambda: drawn(n=20_001, interval="bca"),
        lambda: drawn(n=20_001),
    ),
    "break": (
        reworded,
        lambda: reworded(bridges={"2022": bridge_shift((60, 1), (62, 1))}),
        lambda: reworded(order=("2022", "2023")),
    ),
    "no-trend-check": (lambda: measured(before=["w3"]), measured),
    "no-joint-trend": (
        lambda: measured(before=("w1", "w2", "w3"), counts=DOMINATED, size=40),
        lambda: measured(counts=DOMINATED, size=40),
        lambda: measured(before=("w1", "w2", "w3")),
    ),
    "unanswered-differs": (lambda: silenced(TWO), lambda: silenced(ONE)),
    "trends-differ": (
        lambda: measured(n_units=32, drift=-1.5),
        lambda: measured(n_units=32, drift=-1.5, alike=True),
    ),
    "regression-to-mean": (chosen, lambda: chosen(as_low=True)),
    "unit-absent": (
        lambda: measured(away=[13]),
        lambda: measured(away=[12]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TRIED)
def test_a_remedy_that_is_done_works(case):
    works(case.partition(",")[0], *TRIED[case])
