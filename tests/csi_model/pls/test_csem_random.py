"""What cSEM 0.6.1 draws at random, drawn again from its seeds: resamples, permutations, folds; to 1e-6."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from csi_model.answers.prepare import prepare
from csi_model.assessment.exact_fit import DISTANCES, exact_fit
from csi_model.assessment.predict import predict
from csi_model.comparison.statistic import pls_weights
from csi_model.inference.kinds import ends
from csi_model.measures import effects, validity
from csi_model.pls import algorithm
from csi_model.resampling.bootstrap import bootstrap
from tests.csi_model.comparing import compare_model_by, micom, overall
from tests.csi_model.figures import Figures
from tests.csi_model.pls.test_csem import BASE_10
from tests.csi_model.r_random import Mersenne, Shuffled, replayed, streams

pytestmark = pytest.mark.reference
SEED = 123
GROUPINGS = ("g_random", "g_value")


@pytest.fixture(scope="module")
def spec(reference):
    return reference.spec("ecsi.yaml")


@pytest.fixture(scope="module")
def data(reference, spec):
    return prepare(spec, reference.columns("mobi.csv"))


@cache
def resampled_rows(n, n_resamples):
    """One stream of random numbers for each resample, as future.apply deals them."""
    return np.stack([stream.rows(n) for stream in streams(SEED, n_resamples)])


def opened(shelf, stem):
    return Figures(f"{stem}.json", shelf.json(f"{stem}.json"))


def test_bootstrap_equals_csem(reference, spec, data):
    draws = bootstrap(replayed(spec, data, resampled_rows(250, 999)))
    original = algorithm.solve_one(np.corrcoef(data.values.T), spec)
    names = spec.construct_ids
    with opened(reference, "csem_mobi_modeA_path_bootstrap_infer") as figures:
        for place, many, one in (
            ("paths", draws.paths, original.paths[0]),
            ("total", draws.total_effects, effects.total_effects(original.paths[0])),
        ):
            cells = [(i, j) for i in range(len(names)) for j in range(i)]
            labels = [f"{names[i]} ~ {names[j]}" for i, j in cells]
            rows, columns = np.array(cells).T
            drawn, value = many[:, rows, columns], one[rows, columns]
            mean, error = drawn.mean(axis=0), drawn.std(axis=0, ddof=1)
            for title, each in (("mean", mean), ("sd", error), ("bias", mean - value)):
                figures.same(f"{place}/{title}", each, labels)
            with np.errstate(all="ignore"):
                bias = norm.ppf((drawn <= value).mean(axis=0))
            low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
            for title, ends in (
                ("CI_percentile", (low, high)),
                ("CI_basic", (3 * value - mean - high + value - mean, 3 * value - mean - low + value - mean)),
                ("CI_standard_z", [2 * value - mean + norm.ppf(share) * error for share in (0.025, 0.975)]),
                (
                    "CI_standard_t",
                    [2 * value - mean + student.ppf(share, 249) * error for share in (0.025, 0.975)],
                ),
                (
                    "CI_bc",
                    [corrected(drawn, norm.cdf(2 * bias + norm.ppf(share))) for share in (0.025, 0.975)],
                ),
            ):
                figures.same(f"{place}/{title}", ends, ["95%L", "95%U"], labels)


def corrected(drawn, shares):
    return [np.quantile(drawn[:, k], 0.5 if np.isnan(share) else share) for k, share in enumerate(shares)]


def test_intervals_of_htmt_equal_csem(reference, spec, data):
    """The upper triangle holds 95 % quantiles of the draws; `quantiles` all four, by row of the square."""
    n, names = 499, spec.construct_ids
    own = replayed(spec, data, resampled_rows(250, n), level=0.9)

    def signed(moments):
        return validity.htmt(moments.corr, spec.block_mask, absolute=False)

    value, drawn = signed(own.moments)[0], np.concatenate([signed(part) for part in own.resamples(n)])
    low, high = ends(drawn, value, level=0.9)
    plain = own.htmt2(own.moments)[0]
    one = np.eye(len(names))
    with opened(reference, "csem_mobi_htmt") as figures:
        lower = np.tril(value, -1) + one + np.tril(high, -1).T
        figures.same("htmt_inference/htmts", lower, names, names)
        figures.same("htmt2/htmts", np.tril(plain, -1) + one, names, names)
        cells = [f"V{k + 1}" for k in range(len(names) ** 2)]
        for title, end in (("90%L", low), ("90%U", high)):
            square = (np.tril(end, -1) + one).T.ravel()
            figures.same(f"htmt_inference/quantiles/{title}", square, cells)
        figures.same("htmt_inference/nr_admissibles", int(np.isfinite(drawn[:, 1, 0]).sum()))


def test_exact_fit_equals_csem(reference, spec, data):
    generator = Mersenne(SEED)
    rows = np.stack([generator.rows(250) for _ in range(99)])
    found = exact_fit(replayed(spec, data, rows), 99)
    with opened(reference, "csem_mobi_testOMF_modeA") as figures:
        for name, key in zip(DISTANCES, ("SRMR", "dL", "dG", "dML"), strict=True):
            unit = BASE_10 if key == "dG" else 1.0
            figures.same(f"r/Test_statistic/{key}", found.statistic[name] / unit)
            figures.same(f"r/Critical_value/{key}/95%", found.critical[name] / unit)
            assert found.statistic[name] > found.critical[name]
            assert found.p[name] == pytest.approx(1 / 100)


def test_prediction_equals_csem(reference, spec, data):
    """Ten folds of 25 in shuffled order; from the earliest antecedents; a benchmark without intercept."""
    folds = np.empty(250, dtype=int)
    folds[streams(SEED, 1)[0].order(250)] = np.repeat(np.arange(10), 25)
    found = predict(spec, data, folds=folds, technique="EA")
    wanted = np.isin(spec.indicator_ids, found.codes)
    truth = data.values[:, wanted]
    naive = np.stack([truth[folds != fold].mean(axis=0) for fold in folds])
    bare = truth - without_intercept(spec, data.values, folds)[:, wanted]
    # cSEM takes errors from their mean in Q²; ours are taken from zero, as Shmueli et al. do.
    centred = 1 - (truth - found.predicted).var(axis=0) / (truth - naive).var(axis=0)
    np.testing.assert_allclose(found.q2_predict, centred, atol=0.01)
    with opened(reference, "csem_mobi_predict") as figures:
        for title, each in (
            ("RMSE_target", found.pls.rmse),
            ("MAE_target", found.pls.mae),
            ("Q2_predict", centred),
            ("RMSE_benchmark", np.sqrt((bare**2).mean(axis=0))),
            ("MAE_benchmark", np.abs(bare).mean(axis=0)),
        ):
            figures.same("metrics", each[:, None], found.codes, [title])
        others = ("MER", "MAPE", "MSE2", "U1", "U2", "UM", "UR", "UD")
        kinds = [f"metrics/*/{name}_{kind}" for name in others for kind in ("target", "benchmark")]
        figures.leave("measures of error that the engine does not give", *kinds)


def without_intercept(spec, values, deal):
    exogenous = spec.block_mask[:, ~spec.path_matrix.any(axis=1)].any(axis=1)
    found = np.empty_like(values)
    for fold in range(10):
        kept = deal != fold
        slopes = np.linalg.lstsq(values[kept][:, exogenous], values[kept], rcond=None)[0]
        found[~kept] = values[~kept][:, exogenous] @ slopes
    return found


def grouped(shelf, data, name):
    """Answers in the order of their groups, as cSEM joins them, and the labels."""
    labels = shelf.columns("mobi_groups.csv")[name]
    order = np.argsort(labels, kind="stable")
    return data.values[order], labels[order]


def as_share(p, n):
    """A p-value with one added to both counts (ours) as the plain share (cSEM's)."""
    return (np.asarray(p) * (n + 1) - 1) / n


@pytest.mark.parametrize("name", GROUPINGS)
def test_invariance_equals_csem(reference, spec, data, name):
    values, labels = grouped(reference, data, name)
    names, n = spec.construct_ids, 499
    generator = Mersenne(SEED)
    orders = np.stack([generator.order(len(values)) for _ in range(2 * n)])
    # Step 3 has permutations of its own, drawn after those of step 2.
    found, later = (
        micom(values, labels, pls_weights(spec), Shuffled(part), n_permutations=n)
        for part in (orders[:n], orders[n:])
    )
    pair = "_".join(found.groups)
    with opened(reference, f"csem_mobi_micom_{name}") as figures:
        place = "micom/Step2"
        figures.same(f"{place}/Test_statistic/{pair}", found.correlation, names)
        figures.same(f"{place}/P_value/none/1_2", as_share(found.p_correlation, n), names)
        draws = [str(number) for number in range(n)]
        figures.same(f"{place}/Bootstrap_values", found.correlation_draws[:, None], draws, ["1_2"], names)
        for title, value, p in (
            ("Mean", found.mean_difference, later.p_mean),
            ("Var", found.variance_difference, later.p_variance),
        ):
            figures.same(f"micom/Step3/{title}/Test_statistic/{pair}", value, names)
            several = [len(c.indicators) > 1 for c in spec.constructs]
            tested = [name for name, each in zip(names, several, strict=True) if each]
            figures.same(f"micom/Step3/{title}/P_value/none/{pair}", as_share(p, n)[several], tested)
        single = [f"micom/Step3/*/P_value/none/{pair}/{name}" for name in names if name not in tested]
        figures.leave("of a single question, whose permutations tie, which cSEM does not count", *single)
        figures.leave("numbers of respondents and of permutations", "n", "info")


@pytest.mark.parametrize("name", GROUPINGS)
def test_differences_of_groups_equal_csem(reference, spec, data, name):
    """After each permutation of respondents cSEM shuffles all resamples of both groups once."""
    values, labels = grouped(reference, data, name)
    n, generator, orders = 199, Mersenne(SEED), []
    for _ in range(n):
        orders.append(generator.order(len(values)))
        generator.order(2 * n)
    pair = compare_model_by(spec, values, labels, Shuffled(np.stack(orders)), n)
    parts = [values[labels == group] for group in (pair.first, pair.second)]
    with opened(reference, f"csem_mobi_mgd_{name}") as figures:
        label = f"{pair.first}_{pair.second}"
        difference = {key: each.value for key, each in pair.difference.items()}
        value, names = parameters(spec, difference), parameter_names(spec)
        figures.same(f"r/Chin/Test_statistic/{label}", value, names)
        p = as_share(parameters(spec, pair.p_permutation), n)
        # Groups are standardised with divisor n, in cSEM n - 1 (with which all p-values are equal): where
        # groups are of unequal size, one permutation changes sides.
        one = 1e-6 if len(parts[0]) == len(parts[1]) else 1.01 / n
        # A weight that cannot vary ties with all permutations on both sides.
        p = np.where(np.abs(value) < 1e-9, 2 * p, p)
        figures.same(f"r/Chin/P_value/none/{label}", p, names, atol=one)
        draws = [group_draws(spec, part, n) for part in parts]
        sizes = [len(part) for part in parts]
        check_resampled(figures, label, value, names, draws, sizes)
        check_whole(figures, spec, values, labels, np.stack(orders), one)
        figures.leave("permutes resamples as if they were respondents", "r/Sarstedt/P_value")


def parameters(spec, table):
    """Paths, then weights, in the order of `parameter_names`."""
    rows, columns = np.array([(spec.place[target], spec.place[origin]) for origin, target in spec.paths]).T
    return np.concatenate([table["paths"][..., rows, columns], table["weights"]], axis=-1)


def parameter_names(spec):
    weights = [f"{c.id} <~ {code}" for c in spec.constructs for code in c.indicators]
    return [*(f"{target} ~ {origin}" for origin, target in spec.paths), *weights]


def group_draws(spec, values, n):
    data = prepare(spec, dict(zip(spec.indicator_ids, values.T, strict=True)))
    draws = bootstrap(replayed(spec, data, resampled_rows(len(values), n)))
    return parameters(spec, draws._asdict())


def check_resampled(figures, label, value, names, draws, sizes):
    """Tests that cSEM makes of the resamples of both groups: the same draws must give the same figures.

    Keil's and Nitzl's t with equal and unequal variances, Sarstedt's F, Henseler's share of ordered pairs.
    """
    (n1, n2), free = sizes, sum(sizes) - 2
    first, second = (each.std(axis=0, ddof=1) for each in draws)
    equal = ((n1 - 1) ** 2 * first**2 + (n2 - 1) ** 2 * second**2) / free * (1 / n1 + 1 / n2)
    parts = (n1 - 1) / n1 * first**2, (n2 - 1) / n2 * second**2
    spread = (n1 - 1) / n1**2 * first**4 + (n2 - 1) / n2**2 * second**4
    with np.errstate(all="ignore"):
        unequal = np.round(sum(parts) ** 2 / spread - 2)
    varies = first > 1e-9  # a single question's weight is always 1
    for test, variance, df in (("Keil", equal, np.full(len(value), free)), ("Nitzl", sum(parts), unequal)):
        with np.errstate(all="ignore"):
            t = value / np.sqrt(variance)
            p = 2 * student.sf(np.abs(t), df)
        tested = [name for name, each in zip(names, varies, strict=True) if each]
        figures.same(f"r/{test}/Test_statistic/{label}", t[varies], tested)
        figures.same(f"r/{test}/P_value/none/{label}", p[varies], tested)
    figures.same("r/Keil/df", free)
    figures.same("r/Nitzl/df", unequal, names)
    both = np.stack(draws)
    within = ((both - both.mean(axis=1, keepdims=True)) ** 2).sum(axis=(0, 1)) / (both[:, :, 0].size - 2)
    between = both.shape[1] * ((both.mean(axis=1) - both.mean(axis=(0, 1))) ** 2).sum(axis=0)
    with np.errstate(all="ignore"):
        figures.same("r/Sarstedt/Test_statistic", (between / within)[varies], tested, rtol=1e-6)
    # Draws of each group about their own bias: their means differ by as much as the estimates.
    around = both - both.mean(axis=1, keepdims=True)
    ahead = np.sign(np.round(around[1][:, None] - around[0][None] - value, 9))
    figures.same(f"r/Henseler/P_value/none/{label}", ((1 + ahead) / 2).mean(axis=(0, 1)), names)


def check_whole(figures, spec, values, labels, orders, one):
    """Klesel's distances between the correlations that both groups' models imply, and their permutations."""
    n = len(orders)
    found = overall(values, labels, spec, Shuffled(orders), n_permutations=n)
    for key, distance, p in (("dG", found.d_g / BASE_10, found.p_d_g), ("dL", found.d_uls, found.p_d_uls)):
        figures.same(f"r/Klesel/Test_statistic/{key}", distance)
        figures.same(f"r/Klesel/P_value/{key}", as_share(p, n), atol=one)
