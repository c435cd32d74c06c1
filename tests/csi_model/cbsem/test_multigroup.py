"""Several groups at once: what is free adds up, what is equal is one, and c() says it group by group."""

import numpy as np
import pytest

from csi_model import ModelSpec, Options, multigroup, prepare
from csi_model.cbsem import fit
from csi_model.cbsem.equal import EQUAL
from csi_model.errors import SpecificationError
from tests.csi_model.cbsem.worlds import world

MODEL = "IMG =~ i1 + i2 + i3\nQUAL =~ q1 + q2 + q3\nSAT =~ s1 + s2 + s3\nQUAL ~ IMG\nSAT ~ IMG + QUAL\n"
# Parameters that each kind ties between two groups, and those that become free with it.
TIED = {"loadings": 6, "intercepts": 9 - 3, "residuals": 9, "means": 0, "regressions": 3}


@pytest.fixture(scope="module")
def two():
    """Two samples; the second is happier and harder to please."""
    one, other = world(7102, 300), world(7108, 200)
    other = {code: np.clip(column + (code[0] == "s"), 1, 10) for code, column in other.items()}
    both = {code: np.concatenate([one[code], other[code]]) for code in one}
    return one, other, both | {"region": np.repeat(["north", "south"], [300, 200])}


@pytest.fixture(scope="module")
def free(two):
    return fit(MODEL, two[2], groups="region")


def numbers(result, kind):
    """Estimates of a kind by group."""
    at = {"loadings": "=~", "regressions": "~", "intercepts": "~1", "residuals": "~~"}[kind]
    rows = [
        r for r in result.estimates if r.op == at and (at != "~~" or (r.lhs == r.rhs and r.lhs.islower()))
    ]
    rows = [r for r in rows if at != "~1" or r.lhs.islower()]
    return [[r.est for r in rows if r.group == group] for group in result.groups]


def test_free_groups_are_the_sum_of_their_own_fits(two, free):
    apart = [fit(MODEL, data) for data in two[:2]]
    assert free.groups == ("north", "south")
    assert free.fit.chi2 == pytest.approx(sum(each.fit.chi2 for each in apart), rel=1e-7)
    assert free.fit.df == 2 * apart[0].fit.df
    for name, own in zip(free.groups, apart, strict=True):
        for row in own.estimates:
            found = free.estimate(row.lhs, row.op, row.rhs, group=name)
            assert (found.est, found.se) == pytest.approx((row.est, row.se), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("kind", EQUAL)
def test_what_is_held_equal_is_one(two, free, kind):
    found = fit(MODEL, two[2], groups="region", equal=[kind])
    assert found.fit.df == free.fit.df + TIED[kind]
    assert found.fit.chi2 >= free.fit.chi2 - 1e-8
    if kind != "means":
        north, south = numbers(found, kind)
        assert north == pytest.approx(south, abs=1e-12)
        apart = numbers(free, kind)
        assert np.abs(np.subtract(*apart)).max() > 0.01


def test_equal_means_are_held_where_intercepts_are(two):
    wide = fit(MODEL, two[2], groups="region", equal=["loadings", "intercepts"])
    held = fit(MODEL, two[2], groups="region", equal=["loadings", "intercepts", "means"])
    assert held.fit.df == wide.fit.df + 3
    means = wide.latent_means(1)
    assert set(held.latent_means(1).values()) == {0.0}
    assert means["SAT"] > 0.3
    assert held.fit.chi2 - wide.fit.chi2 > 10


def test_groups_that_answer_alike_lose_nothing_by_being_equal():
    data = world(7102)
    twice = {code: np.tile(column, 2) for code, column in data.items()}
    groups = np.repeat(["a", "b"], 300)
    alone, found = fit(MODEL, data), fit(MODEL, twice, groups=groups, equal=EQUAL)
    assert found.fit.chi2 == pytest.approx(2 * alone.fit.chi2, rel=1e-6)
    # Everything but the variances of constructs, free in each group, is one: 3 of them and nothing else.
    assert found.fit.n_parameters == alone.fit.n_parameters + 9 + 3
    row, one = found.estimate("SAT", "~", "QUAL", group="b"), alone.estimate("SAT", "~", "QUAL")
    assert (row.est, row.se) == pytest.approx((one.est, one.se / np.sqrt(2)), rel=1e-4)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("SAT ~ IMG + c(b, b)*QUAL", "SAT ~ IMG + b*QUAL"),
        ("SAT ~ IMG + c(b1, b2)*QUAL\nb1 == b2", "SAT ~ IMG + b*QUAL"),
        ("SAT ~ IMG + c(b1, b2)*QUAL\nd := b1 - b2\nd == 0", "SAT ~ IMG + b*QUAL"),
        ("SAT ~ IMG + c(0.5, 0.5)*QUAL", "SAT ~ IMG + 0.5*QUAL"),
        ("SAT ~ IMG + c('b', 'b')*c(NA, NA)*start(0.3)*QUAL", "SAT ~ IMG + label(c('b', 'b'))*QUAL"),
    ],
)
def test_ways_to_say_the_same_of_groups_give_the_same(two, text, same):
    base = MODEL.replace("SAT ~ IMG + QUAL\n", "")
    found, wanted = (fit(base + each, two[2], groups="region") for each in (text, same))
    assert found.fit.df == wanted.fit.df
    assert found.fit.chi2 == pytest.approx(wanted.fit.chi2, abs=1e-6)


def test_each_group_has_its_own_entry(two, free):
    base = MODEL.replace("+ QUAL\n", "+ c(0.4, NA)*c(x, y)*start(c(0.4, 0.2))*QUAL\nz := y - x\n")
    found = fit(base, two[2], groups="region")
    assert found.fit.df == free.fit.df + 1
    assert found.estimate("SAT", "~", "QUAL", group="north").est == 0.4
    own = free.estimate("SAT", "~", "QUAL", group="south")
    row = found.estimate("SAT", "~", "QUAL", group="south")
    assert (row.label, row.est, row.se) == (
        "y",
        pytest.approx(own.est, abs=1e-6),
        pytest.approx(own.se, rel=1e-4),
    )
    assert found.estimate("z", ":=", "y - x").est == pytest.approx(row.est - 0.4)


def test_a_tie_inside_groups_outlives_what_is_equal_between_them(two):
    text = MODEL.replace("SAT ~ IMG + QUAL", "SAT ~ IMG + equal('QUAL=~q2')*QUAL")
    found = fit(text, two[2], groups="region", equal=["loadings"])
    tied = [
        found.estimate(lhs, op, rhs, group=group).est
        for lhs, op, rhs in (("QUAL", "=~", "q2"), ("SAT", "~", "QUAL"))
        for group in found.groups
    ]
    assert tied == pytest.approx([tied[0]] * 4)


@pytest.mark.parametrize(
    ("line", "equal", "word"),
    [
        ("c(a, b, c)*QUAL", (), "3 entries, and there are 2 groups"),
        ("c(0.5, a)*QUAL", (), "numbers and labels in one"),
        ("QUAL", ("lv.variances",), "lv.variances cannot be held equal. Choose among loadings"),
    ],
)
def test_what_groups_do_not_hold_is_refused(two, line, equal, word):
    text = MODEL.replace("+ QUAL", f"+ {line}")
    with pytest.raises(SpecificationError, match=word) as caught:
        fit(text, two[2], groups="region", equal=equal)
    assert caught.value.remedy


def document(two, equal=(), **options):
    spec = ModelSpec.from_lavaan(MODEL, covariance=True)
    sample = prepare(spec, two[2], labels={"region": two[2]["region"]})
    return multigroup(spec, sample, "region", Options("cbsem", **options), equal=equal)


def test_the_document_tests_what_is_equal_and_scores_groups_alike(two, free):
    found = document(two, ["loadings", "intercepts"])
    assert found["fit"]["df"] == free.fit.df + 12
    rise = found["fit"]["chi2"] - free.fit.chi2
    assert (found["equality"]["chi2"], found["equality"]["df"]) == (pytest.approx(rise, abs=1e-6), 12)
    assert document(two)["equality"] is None
    assert document(two, ["means"])["equality"] is None
    north, south = (found["groups"][name]["constructs"]["SAT"] for name in ("north", "south"))
    one, other = ({code: (data[code].mean() - 1) / 0.09 for code in ("s1", "s2", "s3")} for data in two[:2])
    assert (found["index"], found["groups"]["south"]["n_used"]) == ("SAT", 200)
    gap = [other[code] - one[code] for code in one]
    assert min(gap) <= south["points"] - north["points"] <= max(gap)
    assert north["ci"][0] < north["points"] < north["ci"][1]
    assert found["groups"]["south"]["latent_means"]["SAT"] > 0
    own = document(two, group_weights="own")
    weights = own["groups"]["south"]["index_weights"]["SAT"]
    wanted = sum(weights[code] * other[code] for code in other)
    assert own["groups"]["south"]["constructs"]["SAT"]["points"] == pytest.approx(wanted)


def test_robust_differences_are_scaled(two):
    plain, robust = document(two, ["loadings"]), document(two, ["loadings"], estimator="MLR")
    assert robust["fit"]["chi2"] == pytest.approx(plain["fit"]["chi2"])
    assert robust["equality"]["chi2"] != pytest.approx(plain["equality"]["chi2"], rel=1e-3)


def test_several_groups_at_once_need_a_covariance_model_and_two_groups(two):
    spec = ModelSpec.from_lavaan(MODEL)
    sample = prepare(spec, two[2], labels={"region": two[2]["region"], "one": ["x"] * 500})
    with pytest.raises(SpecificationError, match="not by pls"):
        multigroup(spec, sample, "region", Options())
    with pytest.raises(SpecificationError, match="fewer than two groups"):
        multigroup(spec, sample, "one", Options("cbsem"))
