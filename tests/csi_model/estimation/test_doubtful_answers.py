"""Answers as real ones are: each doubt names the place, and its remedy works when tried."""

from dataclasses import replace

import numpy as np
import pytest

import csi_model
from csi_model import ModelSpec, Options, assess, document, estimate, prepare

CHAIN = {
    "index": "SAT",
    "constructs": [
        {"id": "IMG", "indicators": ["i1", "i2", "i3"]},
        {"id": "QUAL", "indicators": ["q1", "q2", "q3"]},
        {"id": "SAT", "indicators": ["s1", "s2", "s3"]},
    ],
    "paths": [["IMG", "QUAL"], ["IMG", "SAT"], ["QUAL", "SAT"]],
}
PAIR = {"index": "SAT", "constructs": CHAIN["constructs"][1:], "paths": [["QUAL", "SAT"]]}


def rounded(x, mid=6.5, spread=1.6, low=1, high=10):
    return np.clip(np.rint(mid + spread * np.asarray(x)), low, high)


def chain(n=300, seed=1):
    r = np.random.default_rng(seed)
    image = r.normal(size=n)
    quality = 0.6 * image + 0.8 * r.normal(size=n)
    happy = 0.4 * image + 0.5 * quality + 0.6 * r.normal(size=n)
    latent = {"i": image, "q": quality, "s": happy}
    return {
        f"{name}{k}": rounded(0.85 * x + 0.55 * r.normal(size=n))
        for name, x in latent.items()
        for k in (1, 2, 3)
    }


def run(plain, columns, **options):
    spec = ModelSpec.from_mapping(plain)
    return estimate(spec, prepare(spec, columns), Options(**options))


def said(result):
    return {caution.code: caution for caution in result.cautions}


@pytest.mark.parametrize("method", ["pls", "plsc", "cbsem"])
@pytest.mark.parametrize("code", ["q3", "i1"])
def test_a_reversed_question_is_named_and_the_remedy_turns_it(code, method):
    columns = chain()
    columns[code] = 11 - columns[code]
    found = said(run(CHAIN, columns, method=method))
    assert f"{code} runs the other way" in found["reversed"].message
    assert found["reversed"].edit == f"indicators: {{{code}: {{valence: -1}}}}"
    assert found["reversed"].edit in found["reversed"].remedy
    assert "low-loading" not in found
    turned = run({**CHAIN, "indicators": {code: {"valence": -1}}}, columns, method=method)
    assert {"reversed", "negative-weight", "low-loading"}.isdisjoint(said(turned))
    plain = run(CHAIN, chain(), method=method)
    np.testing.assert_allclose(turned.points.constructs, plain.points.constructs, rtol=1e-6)


def test_a_question_turned_by_mistake_is_turned_back():
    found = said(run({**CHAIN, "indicators": {"q2": {"valence": -1}}}, chain()))
    assert found["reversed"].edit == "indicators: {q2: {valence: 1}}"


@pytest.mark.parametrize("alone", ["IMG", "QUAL", "SAT"])
def test_the_loading_of_a_single_question_is_one_and_no_more(alone):
    for seed in range(12):
        constructs = [
            {**each, "indicators": each["indicators"][:1]} if each["id"] == alone else each
            for each in CHAIN["constructs"]
        ]
        result = run({**CHAIN, "constructs": constructs}, chain(seed=seed), method="plsc")
        assert not [c for c in result.cautions if c.code == "inadmissible" and "1.00, above 1" in c.message]


def test_a_question_that_all_answer_alike_and_that_carries_the_index_is_named():
    r = np.random.default_rng(7112)
    quality = r.normal(size=400)
    happy = 0.6 * quality + 0.8 * r.normal(size=400)
    columns = {f"q{k}": rounded(0.85 * quality + 0.55 * r.normal(size=400)) for k in (1, 2, 3)}
    columns |= {f"s{k}": rounded(0.85 * happy + 0.55 * r.normal(size=400)) for k in (1, 2)}
    columns["s3"] = np.where(np.argsort(np.argsort(happy)) < 9, 9.0, 10.0)
    result = run(PAIR, columns)
    caution = said(result)["near-constant"]
    share = result.points.shares[0, result.spec.indicator_ids.index("s3")]
    assert caution.message.startswith(
        f"s3 carries {share:.0%} of the points of SAT, though 98% gave it one answer (10)"
    )
    assert caution.edit == "constructs: [{id: SAT, indicators: [s1, s2]}]"
    without = {**PAIR, "constructs": [PAIR["constructs"][0], {"id": "SAT", "indicators": ["s1", "s2"]}]}
    assert "near-constant" not in said(run(without, columns))
    assert run(without, columns).points.constructs[0, 1] == pytest.approx(60.6, abs=2)


@pytest.mark.parametrize(("high", "unused"), [(5, "6–10"), (7, "8–10")])
def test_a_scale_whose_end_nobody_uses_is_named_and_the_remedy_is_the_right_scale(high, unused):
    r = np.random.default_rng(3)
    quality = r.normal(size=300)
    happy = 0.6 * quality + 0.8 * r.normal(size=300)
    middle = 0.6 * high
    columns = {
        f"{name}{k}": rounded(0.85 * x + 0.55 * r.normal(size=300), middle, high / 5.5, 1, high)
        for name, x in (("q", quality), ("s", happy))
        for k in (1, 2, 3)
    }
    caution = said(run(PAIR, columns))["scale-unused"]
    assert f"Nobody answered {unused} in any question" in caution.message
    assert caution.edit == f"scale: {{low: 1, high: {high}}}"
    right = run({**PAIR, "scale": {"low": 1, "high": high}}, columns)
    assert "scale-unused" not in said(right)
    assert "scale-unused" not in said(run(CHAIN, chain()))
    few = {code: column[:20] for code, column in columns.items()}
    assert "scale-unused" not in said(run(PAIR, few)), "twenty answer as they happen to"


def test_failed_resamples_say_which_question_was_constant():
    r = np.random.default_rng(7114)
    quality = r.normal(size=120)
    happy = 0.6 * quality + 0.8 * r.normal(size=120)
    columns = {
        f"{name}{k}": rounded(0.85 * x + 0.55 * r.normal(size=120))
        for name, x in (("q", quality), ("s", happy))
        for k in (1, 2, 3)
    }
    columns["q3"] = np.where(np.argsort(np.argsort(quality)) < 2, 7.0, 10.0)
    result = run(PAIR, columns, bootstrap=500)
    assert 45 <= result.failed <= 90  # (118/120)^120 = 13.3 % of 500
    message = said(result)["constant-in-draws"].message
    assert message.startswith(
        f"In {result.failed} of the {result.failed} resamples without a solution q3 was"
    )
    assert "2 of 120 respondents" in message


def test_questions_that_do_not_hang_together_are_not_called_indistinct():
    r = np.random.default_rng(7119)
    parts = r.normal(size=(400, 3))
    whole = parts.sum(axis=1) / np.sqrt(3)
    columns = {f"q{k + 1}": rounded(0.8 * parts[:, k] + 0.5 * r.normal(size=400)) for k in range(3)}
    columns |= {f"s{k + 1}": rounded(0.8 * whole + 0.5 * r.normal(size=400)) for k in range(3)}
    found = said(run(PAIR, columns))
    assert "not-distinct" not in found
    assert "The questions of QUAL do not hang together (mean |r| 0.0" in found["not-coherent"].message
    formed = {**PAIR, "constructs": [{**PAIR["constructs"][0], "mode": "B"}, PAIR["constructs"][1]]}
    assert "not-coherent" not in said(run(formed, columns))


def composite(n=2000):
    r = np.random.default_rng(7104)
    corr = np.array([[1, -0.2, 0.5], [-0.2, 1, 0.3], [0.5, 0.3, 1]])
    x, w = r.multivariate_normal(np.zeros(3), corr, n), np.array([0.6, 0.5, 0.4])
    happy = 0.6 * (x @ w / np.sqrt(w @ corr @ w)) + 0.8 * r.normal(size=n)
    columns = {f"q{k + 1}": np.clip(5.5 + 1.1 * x[:, k], 1, 10) for k in range(3)}
    return columns | {
        f"s{k}": np.clip(5.5 + 1.1 * (0.85 * happy + 0.527 * r.normal(size=n)), 1, 10) for k in (1, 2, 3)
    }


@pytest.mark.parametrize("method", ["pls", "plsc"])
def test_the_fit_of_a_true_composite_model_is_good(method):
    plain = {**PAIR, "constructs": [{**PAIR["constructs"][0], "mode": "B"}, PAIR["constructs"][1]]}
    spec, columns = ModelSpec.from_mapping(plain), composite()
    sample = prepare(spec, columns)
    result = estimate(spec, sample, Options(method=method, bootstrap=20))
    fit, checks = document(result)["fit"], assess(result, sample)
    assert fit["srmr"] == fit["srmr_saturated"] < 0.02
    assert fit["srmr_factor"] > 0.1, "as if its questions shared a cause"
    assert fit["d_uls"] < 0.01
    for name in ("srmr_saturated", "srmr_estimated"):
        assert checks[name] == fit[name]
    assert checks["exact_fit"]["srmr"]["statistic"] == pytest.approx(fit["srmr_estimated"], rel=1e-12)


def test_the_two_fits_of_a_path_left_out_differ_and_have_two_names():
    plain = {**CHAIN, "paths": [["IMG", "QUAL"], ["IMG", "SAT"]]}
    fit = document(run(plain, chain()))["fit"]
    assert fit["srmr_estimated"] > fit["srmr_saturated"] + 0.03


def test_reliability_of_a_formed_construct_is_none_everywhere():
    plain = {**PAIR, "constructs": [{**PAIR["constructs"][0], "mode": "B"}, PAIR["constructs"][1]]}
    spec, columns = ModelSpec.from_mapping(plain), composite(400)
    labels = {"group": np.repeat(["a", "b"], 200)}
    sample = prepare(spec, columns, labels=labels)
    result = estimate(spec, sample, Options(bootstrap=20))
    found = document(result)
    formed, shown = found["constructs"]["QUAL"], found["constructs"]["SAT"]
    for name in ("alpha_raw", "alpha_standardised", "rho_a", "rho_c", "ave"):
        assert formed[name] is None, name
        assert formed.get(f"{name}_ci") is None, name
        assert 0 < shown[name] <= 1, name
    assert found["htmt"] == found["htmt2"] == [["QUAL", "SAT", None]]
    assert found["fornell_larcker"][0][2] is None
    assert found["indicators"]["q1"]["vif"] > 1
    assert assess(result, sample)["htmt"] == [["QUAL", "SAT", None, None, None, None]]
    pair = csi_model.compare(spec, sample, "group", Options(bootstrap=20), n_permutations=0)
    from csi_model.comparison.document import document as as_document  # noqa: PLC0415

    written = as_document(spec, pair, Options(bootstrap=20))["pairs"][0]["constructs"]
    assert written["QUAL"]["ave"] == {**dict.fromkeys(written["QUAL"]["ave"]), "ci": None}
    assert written["SAT"]["ave"]["first"] > 0.3


def test_one_constant_group_costs_that_group_alone():
    columns = {code: column for code, column in chain().items() if code[0] != "i"}
    county = np.repeat(["A", "B", "C"], 100)
    columns["q2"] = np.where(county == "C", 10.0, columns["q2"])
    spec = ModelSpec.from_mapping(PAIR)
    sample = prepare(spec, columns, labels={"county": county})
    options = Options(bootstrap=20)
    found = csi_model.compare(spec, sample, "county", options, n_permutations=0)
    alone = csi_model.compare(spec, sample, "county", options, chosen=["A", "B"], n_permutations=0)
    assert [(pair.first, pair.second) for pair in found.pairs] == [("A", "B")]
    np.testing.assert_array_equal(
        found.pairs[0].difference["points"].low, alone.pairs[0].difference["points"].low
    )
    message = next(c.message for c in found.cautions if c.code == "group-refused")
    assert "In group 'C' everyone gave q2 the same answer" in message
    with pytest.raises(csi_model.DataError, match="group 'C'"):
        csi_model.compare(spec, sample, "county", options, chosen=["A", "C"], n_permutations=0)


def test_the_benchmark_of_direct_antecedents_knows_what_they_know():
    r = np.random.default_rng(7107)
    image = r.normal(size=400)
    quality = 0.5 * image + 0.87 * r.normal(size=400)
    i = [0.8 * image + 0.6 * r.normal(size=400) for _ in range(3)]
    q = [0.6 * quality + 0.8 * r.normal(size=400) for _ in range(3)]
    s = [0.8 * q[k] + 0.6 * r.normal(size=400) for k in range(3)]
    columns = {f"{c}{k + 1}": rounded(x[k]) for c, x in (("i", i), ("q", q), ("s", s)) for k in range(3)}
    plain = {**CHAIN, "paths": [["IMG", "QUAL"], ["QUAL", "SAT"]]}
    spec = ModelSpec.from_mapping(plain)
    sample = prepare(spec, columns)
    found = assess(estimate(spec, sample, Options(bootstrap=20)), sample)["prediction"]
    assert found["benchmark"] == "antecedents"
    for code, wanted in (("s1", 1.00), ("s2", 0.98), ("s3", 0.98)):
        row = found["indicators"][code]
        assert row["rmse_lm"] == pytest.approx(wanted, abs=0.03)
        assert row["rmse"] > row["rmse_lm"] + 0.2
    assert found["power"] in {"medium", "low"}


def test_priorities_sort_by_what_can_be_gained():
    r = np.random.default_rng(7117)
    drive = {name: r.normal(size=500) for name in "abcd"}
    happy = sum(w * drive[c] for w, c in zip((0.75, 0.30, 0.08, 0.30), "abcd", strict=True)) + 0.3 * r.normal(
        size=500
    )
    middle = {"a": 9.3, "b": 3.0, "c": 6.5, "d": 8.4}
    columns = {
        f"{c}{k}": rounded(0.85 * drive[c] + 0.5 * r.normal(size=500), middle[c], 1.0)
        for c in "abcd"
        for k in (1, 2, 3)
    }
    columns |= {f"s{k}": rounded(0.9 * happy + 0.4 * r.normal(size=500), 6.5, 1.3) for k in (1, 2, 3)}
    plain = {
        "index": "SAT",
        "constructs": [{"id": c.upper(), "indicators": [f"{c}{k}" for k in (1, 2, 3)]} for c in "abcd"]
        + [{"id": "SAT", "indicators": ["s1", "s2", "s3"]}],
        "paths": [[c.upper(), "SAT"] for c in "abcd"],
    }
    result = run(plain, columns, bootstrap=200)
    rows = csi_model.ranked(result)["constructs"]
    assert rows[0]["id"] == "A"
    assert rows[0]["gain"] == pytest.approx(rows[0]["importance"] * min(5, 100 - rows[0]["performance"]))
    assert [row["gain"] for row in rows] == sorted((row["gain"] for row in rows), reverse=True)
    b = next(row for row in rows if row["id"] == "B")
    assert b["potential"] == pytest.approx(b["importance"] * (100 - b["performance"]))
    for level in csi_model.ranked(result).values():
        for row in level:
            assert row["quadrant"] not in {"watch", "enough"} or row["top_share"] < 0.9
    questions = csi_model.ranked(result)["indicators"]
    best = max(row["performance"] for row in questions)
    for row in questions:
        assert row["gain"] == pytest.approx(row["importance"] * (best - row["performance"]))


def test_weights_do_not_hide_a_doubt():
    columns = chain()
    columns["q3"] = 11 - columns["q3"]
    spec = ModelSpec.from_mapping(CHAIN)
    sample = prepare(spec, columns, weights=np.linspace(0.5, 2, 300))
    assert "reversed" in said(estimate(spec, sample))
    assert "reversed" in said(estimate(spec, replace(sample, weights=np.ones(300))))
