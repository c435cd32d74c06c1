"""Points of every construct by ACSI's formula from seminr's weights, to 1e-6, with their resamples."""

import numpy as np
import pytest

from csi_model.answers.treatment import source
from csi_model.inference.kinds import percentile
from csi_model.resampling.bootstrap import bootstrap
from tests.csi_model.figures import Figures
from tests.csi_model.pls.test_seminr import check_table, drawn_rows, estimated, own
from tests.csi_model.r_random import Replayed, replayed


def test_simulated_survey_has_points_of_acsi_formula(golden):
    result, _ = estimated(golden, "model.yaml", "data.csv")
    with Figures("index.json", golden.json("index.json")) as figures:
        figures.same("n", result.n_used)
        figures.same("index", result.points.constructs[0], result.spec.construct_ids)
        place = "normalised_unstandardised_weights"
        figures.same(place, result.points.shares[0], result.spec.indicator_ids)


@pytest.mark.reference
def test_mobi_has_points_of_acsi_formula(reference):
    result, data = estimated(reference, "ecsi.yaml", "mobi.csv")
    spec, n = result.spec, result.n_used
    names, codes = spec.construct_ids, spec.indicator_ids
    sd = result.points.sd[0] * np.sqrt(n / (n - 1))
    drawn = without_floor(spec, data, drawn_rows(n, 123, 1000))
    standardised = own(result, result.solution.weights[0])
    block = spec.block_mask
    with Figures("index_mobi.json", reference.json("index_mobi.json")) as figures:
        figures.same("n", n)
        figures.same("scale", [1, 10], ["0", "1"])
        figures.same("index", result.points.constructs[0], names)
        figures.same("normalised_unstandardised_weights", result.points.shares[0], codes)
        figures.same("sd_scores_0_100", sd, names)
        figures.same("se_fixed_weights", sd / np.sqrt(n), names)
        effects = result.estimates.points_per_point[0]
        figures.same("unstandardised_total_effects_on_0_100", effects.T, names, names)
        figures.same("boot_mean", drawn.mean(axis=0), names)
        figures.same("se_boot", drawn.std(axis=0, ddof=1), names)
        figures.same("ci95_percentile", percentile(drawn), ["2.5%", "97.5%"], names)
        points = result.points.indicators[0]
        for place, weights in (
            ("index_equal_weights", np.ones(len(codes))),
            ("index_standardised_weights_not_divided_by_sd", standardised),
        ):
            figures.same(place, (weights * points) @ block / (weights @ block), names)
    shares = np.where(block, result.points.shares[0][:, None], 0.0)
    check_table(reference, "index_mobi.scores.csv", (data.values - 1) * 100 / 9 @ shares, names)


def without_floor(spec, data, rows):
    """Points of resamples with negative weights as they are; ours count them as zero and else agree."""
    draws = bootstrap(replayed(spec, data, rows))
    moments = Replayed(source(data.values, data.weights, "mean"), rows).of_counts(np.zeros(rows.shape))
    block = spec.block_mask
    raw = draws.weights / np.sqrt(np.einsum("bii->bi", moments.cov))
    found = (raw * (moments.mean - 1) * 100 / 9) @ block / (raw @ block)
    positive = (draws.weights < 0).astype(int) @ block.astype(int) == 0
    assert 0.95 < positive.mean() < 1
    np.testing.assert_allclose(draws.constructs[positive], found[positive], rtol=1e-12)
    return found
