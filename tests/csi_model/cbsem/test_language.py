"""lavaan's language: what is written gives lavaan 0.6-14's figures."""

import numpy as np
import pytest

from csi_model import ModelSpec, Options, document, estimate, prepare
from csi_model.cbsem import fit
from csi_model.errors import ModelError
from tests.csi_model.cbsem.worlds import CFA, TWO, world

# Model, seed of its world, chi-square, degrees of freedom, and rows: estimate, error, standardised.
LAVAAN = {
    "a fixed path": (
        CFA + "QUAL ~ IMG\nSAT ~ IMG + 0*QUAL",
        7102,
        (115.47171641, 25),
        {"SAT ~ QUAL": (0, 0, 0), "SAT ~ IMG": (0.70507462, 0.05870609, 0.74671188)},
    ),
    "a path fixed at a half": (
        CFA + "QUAL ~ IMG\nSAT ~ IMG + 0.5*QUAL",
        7102,
        (37.41158528, 25),
        {"SAT ~ QUAL": (0.5, 0, 0.49202205), "SAT ~ IMG": (0.38969466, 0.04968852, 0.4313638)},
    ),
    "equal labels": (
        CFA + "QUAL ~ IMG\nSAT ~ b*IMG + b*QUAL",
        7102,
        (41.03149407, 25),
        {
            "SAT ~ IMG": (0.46885226, 0.0318738, 0.48980146),
            "SAT ~ QUAL": (0.46885226, 0.0318738, 0.44057244),
        },
    ),
    "a start value": (
        CFA.replace("q2", "start(0.8)*q2") + "QUAL ~ IMG\nSAT ~ IMG + QUAL",
        7102,
        (33.38444957, 24),
        {
            "SAT ~ QUAL": (0.64470271, 0.07483337, 0.588702),
            "QUAL =~ q2": (1.03115716, 0.06921546, 0.81161863),
        },
    ),
    "a label on the marker": (
        TWO.replace("q1", "a*q1"),
        7103,
        (9.45988247, 8),
        {"QUAL =~ q1": (1, 0, 0.79978), "SAT ~ QUAL": (0.73202027, 0.06878997, 0.70841165)},
    ),
    "a construct of variance one": (
        TWO.replace("q1", "NA*q1") + "QUAL ~~ 1*QUAL",
        7103,
        (9.45988247, 8),
        {
            "QUAL =~ q1": (1.29015772, 0.08104856, 0.79978011),
            "QUAL =~ q2": (1.41199343, 0.07635649, 0.8871693),
            "SAT ~ QUAL": (0.9444217, 0.08546392, 0.70841172),
        },
    ),
    "a residual covariance": (
        CFA + "QUAL ~ IMG\nSAT ~ IMG + QUAL\nq1 ~~ q2",
        7108,
        (24.33380794, 23),
        {"q1 ~~ q2": (-0.04093319, 0.10685663, -0.05528097)},
    ),
    "a defined parameter": (
        CFA + "QUAL ~ a*IMG\nSAT ~ c*IMG + b*QUAL\nind := a*b",
        7108,
        (24.47857595, 24),
        {"ind := a*b": (0.29589833, 0.04738689, 0.2734017)},
    ),
    "constructs without paths": (
        CFA,
        7109,
        (16.82206781, 24),
        {"QUAL =~ q2": (1.02617054, 0.06556224, 0.83125231)},
    ),
    "one construct": (
        "SAT =~ s1 + s2 + s3 + q1",
        7109,
        (1.09273667, 2),
        {"SAT =~ q1": (0.72211034, 0.06958533, 0.60491541), "SAT ~~ SAT": (1.73254174, 0.21551565, 1)},
    ),
}


def rows(result):
    return {f"{row.lhs} {row.op} {row.rhs}": row for row in result.estimates}


@pytest.mark.parametrize("case", LAVAAN)
def test_what_is_written_gives_lavaans_figures(case):
    text, seed, (chi2, df), wanted = LAVAAN[case]
    data = world(seed)
    result = fit(text, data)
    assert result.fit.df == df
    assert result.fit.chi2 == pytest.approx(chi2, abs=1e-4)
    for name, figures in wanted.items():
        row = rows(result)[name]
        assert (row.est, row.se, row.std_all) == pytest.approx(figures, abs=1e-4)
    spec = ModelSpec.from_lavaan(text, covariance=True)
    found = document(estimate(spec, prepare(spec, data), Options("cbsem")))
    assert found["fit"]["chi2"] == pytest.approx(chi2, abs=1e-4)
    assert found["index"]["id"] == "SAT"
    assert 50 < found["index"]["points"] < 70
    assert found["index"]["se"] > 0
    if "ind" in text:
        (ind,) = found["defined"]
        assert (ind["name"], ind["formula"]) == ("ind", "a*b")
        assert [ind["est"], ind["se"]] == pytest.approx(wanted["ind := a*b"][:2], abs=1e-5)
        assert ind["ci"] == pytest.approx(
            [ind["est"] - 1.96 * ind["se"], ind["est"] + 1.96 * ind["se"]], abs=1e-4
        )


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("SAT ~ b*IMG + c*QUAL\nb == c", "SAT ~ b*IMG + b*QUAL"),
        ("SAT ~ b*IMG + c*QUAL\nb == 0.5 - c + 0.5\nb == 0.3", "SAT ~ 0.3*IMG + 0.7*QUAL"),
        ("SAT ~ b*IMG + c*QUAL\nd := b - c\nd == 0", "SAT ~ b*IMG + b*QUAL"),
        ("SAT ~ IMG + equal('SAT ~ IMG')*QUAL", "SAT ~ b*IMG + b*QUAL"),
        ("SAT ~ label('b')*IMG + start(0.3)*b*QUAL", "SAT ~ b*IMG + b*QUAL"),
        ("SAT ~ b*IMG + QUAL\nSAT ~ start(0.1)*QUAL + b*QUAL", "SAT ~ b*IMG + b*QUAL"),
        ("SAT ~ 0.5*IMG + b*QUAL\nb == 2*(0.1 + 0.1)", "SAT ~ 0.5*IMG + 0.4*QUAL"),
    ],
)
def test_ways_to_say_the_same_give_the_same(text, same):
    data, base = world(7102), CFA + "QUAL ~ IMG\n"
    found, wanted = fit(base + text, data), fit(base + same, data)
    assert (found.fit.df, found.fit.n_parameters) == (wanted.fit.df, wanted.fit.n_parameters)
    assert found.fit.chi2 == pytest.approx(wanted.fit.chi2, abs=1e-7)
    for name in ("SAT ~ IMG", "SAT ~ QUAL", "QUAL ~ IMG", "SAT =~ s2"):
        assert (rows(found)[name].est, rows(found)[name].se) == pytest.approx(
            (rows(wanted)[name].est, rows(wanted)[name].se), abs=1e-6
        )


def test_a_linear_equality_is_a_sum_that_holds():
    data, base = world(7102), CFA + "QUAL ~ a*IMG\nSAT ~ b*IMG + c*QUAL\n"
    free, bound = fit(base, data), fit(base + "a == 2*b + c - 1/2", data)
    est = {row.label: row for row in bound.estimates if row.label}
    assert est["a"].est == pytest.approx(2 * est["b"].est + est["c"].est - 0.5, abs=1e-9)
    assert (bound.fit.df, bound.theta.size) == (free.fit.df + 1, free.theta.size - 1)
    assert min(row.se for row in est.values()) > 0
    # The score test of the equality, from the free fit alone, is about the rise of chi-square.
    gap = np.zeros(free.theta.size)
    names = free.structure.names
    for name, by in (("QUAL ~ IMG", 1), ("SAT ~ IMG", -2), ("SAT ~ QUAL", -1)):
        gap[names.index(name)] = by
    wald = (gap @ free.theta + 0.5) ** 2 / (gap @ free.covariance @ gap)
    assert bound.fit.chi2 - free.fit.chi2 == pytest.approx(wald, rel=0.25)


def test_intercepts_are_means_unless_they_are_fixed():
    data = world(7102)
    free = fit(TWO + "q1 ~ 1\ns1 ~ m*1", data)
    assert free.fit.chi2 == pytest.approx(fit(TWO, data).fit.chi2, abs=1e-7)
    assert rows(free)["q1 ~1 "].est == pytest.approx(data["q1"].mean(), abs=1e-6)
    mean = fit(TWO + "q1 ~ 0*1\nQUAL ~ 1", data)
    assert mean.fit.df == free.fit.df
    assert rows(mean)["QUAL ~1 "].est == pytest.approx(data["q1"].mean(), abs=1e-4)
    wrong = fit(TWO + "q1 ~ m*1\nq2 ~ m*1\nq3 ~ 5*1", data)
    assert wrong.fit.df == free.fit.df + 2
    assert rows(wrong)["q1 ~1 "].est == pytest.approx(rows(wrong)["q2 ~1 "].est)


def test_orthogonal_constructs_and_items_of_two():
    data = world(7109)
    apart = fit("# manyi: orthogonal\n" + CFA, data)
    assert apart.fit.df == 27
    assert rows(apart)["IMG ~~ SAT"].est == 0
    text = "# manyi: orthogonal; index G\nG =~ i1 + i2 + i3 + q1 + q2 + q3\nQUAL =~ q1 + q2 + q3"
    spec = ModelSpec.from_lavaan(text, covariance=True)
    assert (spec.index, spec.orthogonal, spec.covariates) == ("G", True, ())
    assert [construct.indicators for construct in spec.constructs] == [
        ("i1", "i2", "i3"),
        ("q1", "q2", "q3"),
    ]
    found = document(estimate(spec, prepare(spec, data), Options("cbsem")))
    assert found["fit"]["df"] == 21 - 6 - 6 - 3 + 1 - 1
    assert found["fit"]["chi2"] == pytest.approx(fit(text, data).fit.chi2)


def test_observed_variables_in_paths_travel_beside_the_model():
    data = world(7102) | {"age": np.random.default_rng(3).normal(50, 9, 300)}
    data["age"][:5] = np.nan
    text = TWO + "SAT ~ age\nq1 ~ age"
    spec = ModelSpec.from_lavaan(text, covariance=True)
    assert spec.covariates == ("age",)
    sample = prepare(spec, data, beside=spec.covariates)
    for missing, n, own in (("listwise", 295, "listwise"), ("em", 300, "fiml")):
        found = document(estimate(spec, sample, Options("cbsem", missing=missing)))
        alone = fit(text, data, missing=own)
        assert (found["n_used"], found["fit"]["chi2"]) == (n, pytest.approx(alone.fit.chi2))
    whole = document(estimate(spec, sample, Options("cbsem", missing="fiml")))
    assert whole["n_used"] == 300
    with pytest.raises(ModelError, match="'age'"):
        estimate(spec, prepare(spec, data), Options("cbsem"))
