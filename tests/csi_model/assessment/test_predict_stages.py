"""Prediction through second-order constructs and interactions: respondent by respondent from scores."""

import numpy as np
import pytest

from csi_model import Options, estimate, prepare
from csi_model.assessment.predict import predict
from csi_model.errors import IdentificationError, SpecificationError
from csi_model.pls import algorithm
from csi_model.specify import ModelSpec

FIRST = [
    {"id": "SUP", "indicators": ["P1", "P2", "P3"]},
    {"id": "SER", "indicators": ["R1", "R2", "R3"]},
    {"id": "IMG", "indicators": ["I1", "I2"]},
    {"id": "SAT", "indicators": ["S1", "S2", "S3"]},
]
CODES = [code for construct in FIRST for code in construct["indicators"]]


def model(*more, paths):
    return ModelSpec.from_mapping(
        {"index": "SAT", "scale": {"low": -50, "high": 50}, "constructs": [*FIRST, *more], "paths": paths}
    )


def whole(mode="A", approach="two-stage"):
    offer = {"id": "OFFER", "components": ["SUP", "SER"], "mode": mode, "approach": approach}
    return model(offer, paths=[["IMG", "OFFER"], ["IMG", "SAT"], ["OFFER", "SAT"]])


def moderated():
    return model(
        {"id": "BOTH", "product": ["SUP", "SER"]},
        paths=[["SUP", "SAT"], ["SER", "SAT"], ["BOTH", "SAT"], ["IMG", "SAT"]],
    )


def survey(rng, n=200, *, interaction=0.0, noise=0.6):
    """Image, an offer of supply and service that follows it, and satisfaction."""
    image, own = rng.standard_normal((2, n))
    offer = 0.6 * image + 0.8 * own
    supply, service = (0.8 * offer + 0.6 * rng.standard_normal(n) for _ in range(2))
    satisfaction = (
        0.5 * supply + 0.2 * service + interaction * supply * service + 0.5 * rng.standard_normal(n)
    )
    latent = np.column_stack([*[supply] * 3, *[service] * 3, *[image] * 2, *[satisfaction] * 3])
    return 4 + 1.5 * (latent + noise * rng.standard_normal(latent.shape))


def answered(values):
    return dict(zip(CODES, values.T, strict=True))


def trained(spec, values):
    """Means, deviations and the fit of some rows."""
    mean, sd = values.mean(axis=0), values.std(axis=0)
    fitted = estimate(spec, prepare(spec, answered(values)), Options()).solution
    return mean, sd, fitted


@pytest.mark.parametrize("approach", ["two-stage", "repeated"])
@pytest.mark.parametrize("mode", ["A", "B"])
@pytest.mark.parametrize("technique", ["DA", "EA"])
def test_second_order_constructs_foretell_through_their_components(rng, technique, mode, approach):
    spec, values = whole(mode, approach), survey(rng)
    deal = np.arange(len(values)) % 4
    found = predict(spec, prepare(spec, answered(values)), folds=deal, technique=technique)
    assert found.codes == tuple(code for code in CODES if code[0] != "I")
    for row in (0, 7, 198):
        kept = values[deal != deal[row]]
        mean, sd, fitted = trained(spec, kept)
        weights, paths, place = fitted.weights[0], fitted.paths[0], spec.place
        scores = ((values[row] - mean) / sd) @ weights
        training = ((kept - mean) / sd) @ weights
        offer = paths[place["OFFER"], place["IMG"]] * scores[place["IMG"]]
        seen = scores[place["OFFER"]] if technique == "DA" else offer
        satisfied = (
            paths[place["SAT"], place["IMG"]] * scores[place["IMG"]]
            + paths[place["SAT"], place["OFFER"]] * seen
        )
        for code, predicted in zip(found.codes, found.predicted[row], strict=True):
            column = CODES.index(code)
            home = spec.construct_ids[spec.home[column]]
            reached = satisfied
            if home != "SAT":
                reached = offer * np.corrcoef(training[:, place[home]], training[:, place["OFFER"]])[0, 1]
            loading = fitted.loadings[0, column, place[home]]
            assert predicted == pytest.approx(mean[column] + sd[column] * loading * reached, rel=1e-9)


def test_interactions_foretell_by_the_product_of_scores(rng):
    spec, values = moderated(), survey(rng, interaction=0.3)
    plain = model(paths=[["SUP", "SAT"], ["SER", "SAT"], ["IMG", "SAT"]])
    deal = np.arange(len(values)) % 5
    found = predict(spec, prepare(spec, answered(values)), folds=deal)
    for row in (3, 100):
        kept = values[deal != deal[row]]
        mean, sd, fitted = trained(spec, kept)
        first = algorithm.solve_one(np.corrcoef(kept.T), plain).weights[0] * plain.block_mask
        products = np.prod(((kept - mean) / sd) @ first[:, :2], axis=1)
        product = (np.prod(((values[row] - mean) / sd) @ first[:, :2]) - products.mean()) / products.std()
        scores = ((values[row] - mean) / sd) @ fitted.weights[0]
        scores[spec.place["BOTH"]] = product
        reached = fitted.paths[0, spec.place["SAT"]] @ scores
        expected = mean[8:] + sd[8:] * fitted.loadings[0, 8:, spec.place["SAT"]] * reached
        np.testing.assert_allclose(found.predicted[row], expected, rtol=1e-9)


def test_a_planted_interaction_foretells_better_and_an_absent_one_does_not(rng):
    plain = model(paths=[["SUP", "SAT"], ["SER", "SAT"], ["IMG", "SAT"]])
    gains = []
    for planted in (0.4, 0.0):
        values = survey(rng, 1500, interaction=planted, noise=0.3)
        deal = np.arange(len(values)) % 10
        runs = [predict(each, prepare(each, answered(values)), folds=deal) for each in (moderated(), plain)]
        gains.append(np.mean(runs[0].q2_predict - runs[1].q2_predict))
        np.testing.assert_allclose(runs[0].lm.rmse, runs[1].lm.rmse, rtol=1e-12)
        if planted:
            # What is left is the noise of satisfaction and its questions, and that of the scores.
            assert (runs[0].pls.rmse < 1.2 * 1.5 * np.hypot(0.5, 0.3)).all()
            assert (runs[0].pls.rmse < runs[0].lm.rmse).all()
    assert gains[0] > 0.1
    assert abs(gains[1]) < 0.005


def test_order_of_respondents_and_missing_answers(rng):
    spec, values = moderated(), survey(rng)
    deal, order = np.arange(200) % 4, rng.permutation(200)
    first = predict(spec, prepare(spec, answered(values)), folds=deal)
    second = predict(spec, prepare(spec, answered(values[order])), folds=deal[order])
    np.testing.assert_allclose(second.predicted, first.predicted[order], rtol=1e-8)
    holes = values.copy()
    holes[::17, 1] = np.nan
    found = predict(spec, prepare(spec, answered(holes)), folds=deal)
    assert np.isfinite(found.predicted).all()
    assert abs(found.pls.rmse / first.pls.rmse - 1).max() < 0.1


def test_interactions_of_what_is_foretold_itself_are_refused_from_the_earliest_antecedents(rng):
    spec = model(
        {"id": "BOTH", "product": ["SUP", "SER"]},
        paths=[["IMG", "SUP"], ["SUP", "SAT"], ["SER", "SAT"], ["BOTH", "SAT"]],
    )
    data = prepare(spec, answered(survey(rng)))
    with pytest.raises(SpecificationError, match="Choose technique DA"):
        predict(spec, data, rng=rng, technique="EA")
    assert predict(spec, data, rng=rng).power in {"high", "medium", "low", "none"}


def test_formative_copies_are_named_with_their_fold(rng):
    """P2 says what P1 says, but for the respondent of one fold."""
    values = survey(rng)
    values[:, 1] = values[:, 0]
    values[3, 1] += 1.0
    document = whole().to_mapping()
    document["constructs"][0]["mode"] = "B"
    spec, others = ModelSpec.from_mapping(document), 1 + np.arange(200) % 3
    folds = np.where(np.arange(200) == 3, 0, others)
    with pytest.raises(IdentificationError, match="With fold 1 held out: The formative construct SUP"):
        predict(spec, prepare(spec, answered(values)), folds=folds)
