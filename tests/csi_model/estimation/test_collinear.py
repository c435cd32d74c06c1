"""Copies, collinearity, constructs that are one, and questions that few answered: named, or refused."""

from dataclasses import replace

import numpy as np
import pytest

from csi_model import ConvergenceError, IdentificationError, ModelSpec, Options, document, estimate, prepare
from csi_model.measures import collinearity
from tests.csi_model.comparing import compare_models
from tests.csi_model.staged import plain_mapping, second_order

NEW = {"duplicate-items", "collinear-items", "collinear-constructs", "not-distinct", "many-missing"}


def model(mode="A", sources=("QUAL", "PRICE")):
    return ModelSpec.from_mapping(
        {
            "scale": {"low": -50, "high": 50},
            "index": "SAT",
            "constructs": [
                {"id": "QUAL", "mode": mode, "indicators": ["Q1", "Q2", "Q3"]},
                {"id": "PRICE", "indicators": ["P1", "P2", "P3"]},
                {"id": "SAT", "indicators": ["S1", "S2"]},
            ],
            "paths": [[source, "SAT"] for source in sources],
        }
    )


@pytest.fixture
def answers(rng):
    quality, price, own = rng.standard_normal((3, 300))
    latent = {"Q": quality, "P": price, "S": 0.6 * quality + 0.4 * price + 0.6 * own}
    return {
        f"{name}{k}": 5 + latent[name] + 0.7 * rng.standard_normal(300)
        for name, k in [("Q", 1), ("Q", 2), ("Q", 3), ("P", 1), ("P", 2), ("P", 3), ("S", 1), ("S", 2)]
    }


def found(answers, spec=None, **options):
    spec = spec or model()
    result = estimate(spec, prepare(spec, answers), Options(**options))
    codes = [caution.code for caution in result.cautions]
    assert len(set(codes) & NEW) == sum(code in NEW for code in codes), "one caution a kind"
    return {caution.code: caution.message for caution in result.cautions if caution.code in NEW}


@pytest.mark.parametrize("method", ["pls", "plsc", "cbsem"])
def test_distinct_constructs_draw_no_caution(answers, method):
    assert found(answers, method=method) == {}


def test_duplicated_items_of_mode_a_are_named(answers):
    answers |= {"Q2": answers["Q1"], "P3": answers["P2"] * -2 + 30}
    said = found(answers)
    assert said["duplicate-items"] == "Copies of each other, or all but: Q1 and Q2; P2 and P3."


def test_one_column_in_two_constructs_is_named(answers):
    answers["P2"] = answers["Q2"]
    assert "Q2 and P2" in found(answers)["duplicate-items"]


def test_rounding_apart_is_no_copy(answers, rng):
    answers["Q2"] = answers["Q1"] + 0.2 * answers["Q1"].std() * rng.standard_normal(300)
    assert "duplicate-items" not in found(answers)


def test_formative_items_that_foretell_each_other_are_named_with_their_inflation(answers, rng):
    answers["Q3"] = (answers["Q1"] + answers["Q2"]) / 2 + 0.1 * rng.standard_normal(300)
    said = found(answers, model("B"))["collinear-items"]
    columns = np.column_stack([answers[code] for code in ("Q1", "Q2", "Q3")])
    vif = np.diag(np.linalg.inv(np.corrcoef(columns, rowvar=False)))
    assert vif.min() > 5
    named = ", ".join(f"Q{k + 1} (VIF {value:.1f})" for k, value in enumerate(vif))
    assert said.endswith(f"QUAL: {named}.")
    assert "collinear-items" not in found(answers, model("A"))


def test_components_of_a_formative_construct_are_checked_like_items(golden, rng):
    columns = golden.columns("data.csv")
    spec = second_order(plain_mapping(golden), "B")
    for k in (1, 2, 3):
        columns[f"VAL{k}"] = np.clip(columns[f"QUAL{k}"] + rng.integers(0, 2, 300), 1, 10)
    said = found(columns, spec)
    assert "OFFER: QUAL (VIF" in said["collinear-items"]
    assert "QUAL and VAL (HTMT" in said["not-distinct"]
    assert "OFFER" not in said["not-distinct"]


def near(answers, rng, share):
    """Price all but a copy of quality; `share` is the noise."""
    noise = {k: answers[f"Q{k}"].std() * rng.standard_normal(300) for k in (1, 2, 3)}
    return answers | {f"P{k}": answers[f"Q{k}"] + share * noise[k] for k in noise}


def test_near_copies_as_antecedents_are_named_with_their_target(answers, rng):
    said = found(near(answers, rng, 0.3))
    assert said["collinear-constructs"].startswith("Antecedents that foretell each other: of SAT: QUAL (VIF ")
    assert "PRICE (VIF " in said["collinear-constructs"]
    assert "without any meaning" not in said["collinear-constructs"]
    assert "QUAL and PRICE (HTMT 1." in said["not-distinct"]


def test_paths_in_the_hundreds_are_called_meaningless(answers, rng):
    answers = near(answers, rng, 1e-3)
    spec = model()
    paths = estimate(spec, prepare(spec, answers)).solution.paths[0, 2, :2]
    assert np.abs(paths).max() > 10
    assert "without any meaning" in found(answers)["collinear-constructs"]


@pytest.mark.parametrize("scheme", ["path", "factorial"])
@pytest.mark.parametrize("noise", [0.0, 1e-7])
def test_antecedents_alike_to_working_precision_are_refused_by_name(answers, rng, noise, scheme):
    spec, answers = model(), near(answers, rng, noise)
    with pytest.raises((IdentificationError, ConvergenceError)) as refused:
        estimate(spec, prepare(spec, answers), Options(scheme=scheme))
    said = str(refused.value)
    assert "QUAL and PRICE are so alike that their effects on SAT" in said or "keep one of Q1 and P1" in said


def test_formative_constructs_are_judged_by_correlation(answers, rng):
    answers = near(answers, rng, 0.2)
    assert "QUAL and PRICE (correlation 0.9" in found(answers, model("B"))["not-distinct"]


def test_copies_come_as_sets():
    corr = np.eye(5)
    for first, second in ((0, 2), (0, 4), (2, 4)):
        corr[first, second] = corr[second, first] = -0.9999
    assert [rows.tolist() for rows in collinearity.copies(corr)] == [[0, 2, 4]]
    assert collinearity.copies(np.eye(3)) == []


def test_groups_do_not_compare_copies_of_formative_items(answers, rng):
    answers["Q2"] = answers["Q1"]
    spec = model("B")
    values = np.column_stack([answers[code] for code in spec.indicator_ids])
    with pytest.raises(IdentificationError, match="formative construct QUAL"):
        compare_models(spec, values, np.repeat(["a", "b"], 150))


def unanswered(answers, **n_answered):
    """The same with the first so many answers to some questions alone."""
    return answers | {
        code: np.where(np.arange(300) < n, answers[code], np.nan) for code, n in n_answered.items()
    }


def test_questions_that_few_answered_are_named(answers):
    few = unanswered(answers, Q3=8, P1=150)
    assert found(few)["many-missing"] == "Most respondents did not answer Q3 (97%)."
    more = unanswered(few, S1=120, P2=120)
    share = np.mean([np.isnan(column).mean() for column in more.values()])
    assert found(more)["many-missing"] == (
        f"{share:.0%} of the answers are missing. "
        "Most respondents did not answer Q3 (97%), P2 (60%), S1 (60%)."
    )


def test_leaving_rows_out_does_not_hide_the_question_that_cost_them(answers):
    said = found(unanswered(answers, Q3=100), method="cbsem")
    assert said["many-missing"] == "Most respondents did not answer Q3 (67%)."


def test_the_document_carries_the_solvers_state(answers):
    spec = model()
    result = estimate(spec, prepare(spec, answers))
    assert document(result)["converged"] is True
    stopped = result.solution._replace(converged=np.array([False]))
    assert document(replace(result, solution=stopped))["converged"] is False
