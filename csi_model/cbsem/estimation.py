"""The way from syntax and answers to a result: prepare, specify, fit, infer, measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from csi_model.cbsem import data as answers
from csi_model.cbsem import inference, measures, standardise, syntax
from csi_model.cbsem.discrepancy import (
    Discrepancy,
    LeastSquares,
    Likelihood,
    free_distribution_covariance,
    normal_weight,
)
from csi_model.cbsem.moments import Patterns, by_pattern, saturated
from csi_model.cbsem.optimise import Objective, Optimum, check_identified, optimise
from csi_model.cbsem.ordinal import Ordinal, ordinal_statistics
from csi_model.cbsem.results import CbsemResult, Estimate
from csi_model.cbsem.structure import F64, FIXED, Row, Structure
from csi_model.errors import Caution, ConvergenceError, IdentificationError, ModelError, SpecificationError

Estimator = Literal["ML", "MLR", "MLM", "GLS", "ULS", "WLSMV"]
Missing = Literal["listwise", "fiml"]
Invariance = Literal["configural", "metric", "scalar"]
LIKELIHOODS = ("ML", "MLR", "MLM")


@dataclass(frozen=True)
class Sample:
    """One group's statistics: saturated moments and what discrepancies are made of."""

    values: F64
    n: float
    mean: F64
    covariance: F64  # maximum likelihood (divided by n); correlations if ordinal
    logl: float
    patterns: Patterns | None = None
    ordinal: Ordinal | None = None


def fit(
    model: Any,
    data: Mapping[str, Any],
    *,
    estimator: Estimator = "ML",
    missing: Missing = "listwise",
    groups: str | Sequence[Any] | None = None,
    invariance: Invariance | None = None,
    likelihood: Literal["normal", "wishart"] = "normal",
    information: Literal["expected", "observed"] | None = None,
) -> CbsemResult:
    """Fit a covariance structure model.

    Parameters
    ----------
    model : str or object with ``to_lavaan()``
        lavaan syntax (=~, ~, ~~, labels, fixed values) or a ``ModelSpec``.
    data : mapping of column name to array of shape (n,)
        Answers; ``nan`` is missing. A data frame will do.
    estimator : {"ML", "MLR", "MLM", "GLS", "ULS", "WLSMV"}
        Maximum likelihood; with Huber-White errors and Yuan-Bentler test; with Satorra-Bentler's;
        generalised and unweighted least squares; ordered answers (polychorics, diagonally weighted least
        squares, mean-and-variance adjusted test).
    missing : {"listwise", "fiml"}
        Leave incomplete rows out, or use the casewise likelihood (ML and MLR).
    groups : str or sequence, optional
        Column name or labels: one model per group.
    invariance : {"configural", "metric", "scalar"}, optional
        Equal nothing; equal loadings; equal loadings and intercepts (latent means free from the second
        group on). Needs ``groups``.
    likelihood : {"normal", "wishart"}
        Divide covariances by n or by n - 1.
    information : {"expected", "observed"}, optional
        For the standard errors of ML; observed by default with FIML, else expected.

    Returns
    -------
    CbsemResult

    Raises
    ------
    SpecificationError
        The syntax or the combination of options means nothing.
    DataError
        Columns missing, constant, copies, not numeric; too few rows.
    IdentificationError
        The data cannot tell some parameters apart; they are named.
    ConvergenceError
        No minimum found.

    References
    ----------
    Joreskog (1969), Psychometrika 34; Bollen (1989), Structural Equations with Latent Variables;
    Rosseel (2012), Journal of Statistical Software 48(2).
    """
    _check_options(estimator, missing, groups, invariance, likelihood)
    text, codes = _as_syntax(model)
    names = syntax.observed_names(text)
    given, cautions, n_given = answers.select(
        data, names, groups=groups, missing=missing, missing_codes=codes
    )
    samples = tuple(_sample(group.values, names, estimator, missing, likelihood) for group in given)
    means = missing == "fiml" or groups is not None
    structure = _structure(
        text, names, samples, means=means, ordinal=estimator == "WLSMV", invariance=invariance
    )
    n = sum(sample.n for sample in samples)
    objective = Objective(structure, _discrepancies(samples, structure, estimator, likelihood))
    df = _n_moments(objective) - structure.n_free
    found = _search(objective, df)
    covariance, test = _inference(objective, found, samples, estimator, missing, information, likelihood, df)
    base = _baseline(names, samples, structure, estimator, likelihood)
    summary = _measures(objective, found, samples, test, base, estimator, likelihood)
    cautions += standardise.admissibility(structure, found.theta, tuple(g.name for g in given))
    cautions += _size_cautions(n, structure.n_free, df)
    result = CbsemResult(
        estimator=estimator,
        missing=missing,
        groups=tuple(group.name for group in given),
        n_given=n_given,
        n_used=round(n),
        iterations=found.iterations,
        fit=summary,
        estimates=_estimates(structure, found.theta, covariance, tuple(group.name for group in given)),
        r_squared=tuple(standardise.r_squared(structure, g, found.theta) for g in range(structure.n_groups)),
        cautions=cautions,
        structure=structure,
        theta=found.theta,
        covariance=covariance,
        objective=objective,
        data=given,
    )
    return replace(result, cautions=result.cautions + result.weight_cautions())


def _check_options(
    estimator: str, missing: str, groups: object, invariance: str | None, likelihood: str
) -> None:
    def refuse(message: str, remedy: str) -> None:
        raise SpecificationError(message, code="options", remedy=remedy)

    if estimator not in get_args(Estimator):
        refuse(f"There is no estimator {estimator!r}.", f"Use one of {', '.join(get_args(Estimator))}.")
    if missing not in get_args(Missing):
        refuse(f"There is no treatment {missing!r} of missing answers.", "Use listwise or fiml.")
    if missing == "fiml" and estimator not in {"ML", "MLR"}:
        refuse(f"{estimator} cannot use incomplete rows.", "Use ML or MLR with fiml, or listwise.")
    if invariance is not None and (groups is None or invariance not in get_args(Invariance)):
        refuse(
            f"Invariance {invariance!r} cannot be tested.",
            "Give groups, and configural, metric or scalar.",
        )
    if groups is not None and estimator == "WLSMV":
        refuse("Groups with ordered answers are not supported.", "Use MLR, or fit each group apart.")
    if likelihood == "wishart" and (missing == "fiml" or groups is not None or estimator != "ML"):
        refuse("Wishart likelihood is for ML with complete data in one group.", "Use likelihood='normal'.")


def _as_syntax(model: Any) -> tuple[str, tuple[float, ...]]:
    if isinstance(model, str):
        return model, ()
    if hasattr(model, "to_lavaan"):
        return str(model.to_lavaan()), tuple(getattr(model, "missing_codes", ()))
    raise SpecificationError(
        f"A {type(model).__name__} is not a model.",
        code="specification",
        remedy="Give lavaan syntax or a ModelSpec.",
    )


def _sample(values: F64, names: tuple[str, ...], estimator: str, missing: str, likelihood: str) -> Sample:
    n = float(values.shape[0])
    if estimator == "WLSMV":
        ordinal = ordinal_statistics(values, names)
        return Sample(values, n, np.zeros(len(names)), ordinal.correlations, float("nan"), None, ordinal)
    patterns = by_pattern(values)
    try:
        mean, covariance, logl, _ = saturated(patterns)
    except np.linalg.LinAlgError:
        raise IdentificationError(
            "The covariance matrix of the items is singular: some items are sums of others.",
            code="collinear_items",
            remedy="Drop items that others determine, or give more respondents.",
        ) from None
    del missing, likelihood
    return Sample(values, n, mean, covariance, logl, patterns)


def _structure(
    text: str,
    names: tuple[str, ...],
    samples: Sequence[Sample],
    *,
    means: bool,
    ordinal: bool,
    invariance: str | None,
) -> Structure:
    apart = []
    for sample in samples:
        start_from = sample.values
        if ordinal:
            start_from = (start_from - start_from.mean(axis=0)) / start_from.std(axis=0)
        one = syntax.specify(text, start_from, names)
        if sample.ordinal is not None:
            one = syntax.as_ordinal(one, list(sample.ordinal.thresholds))
        elif means:
            one = syntax.with_means(one, sample.mean)
        apart.append(one)
    return apart[0] if len(apart) == 1 else together(apart, invariance)


def together(apart: Sequence[Structure], invariance: str | None) -> Structure:
    """One structure of several groups, with the equalities that the level of invariance asks for.

    Labels hold across groups. From the second group on, scalar invariance frees the latent means.
    """
    rows: list[Row] = []
    offset = 0
    shared: dict[tuple[str, ...], int] = {}
    observed = set(apart[0].observed)
    for group, one in enumerate(apart):
        for row in one.rows:
            free = row.free
            if (
                invariance == "scalar"
                and group > 0
                and row.op == "~1"
                and row.lhs not in observed
                and free == FIXED
            ):
                free = one.n_free + len(rows)
            key: tuple[str, ...] | None = ("label", row.label) if row.label else None
            if invariance in {"metric", "scalar"} and row.op == "=~":
                key = key or ("loading", row.lhs, row.rhs)
            if invariance == "scalar" and row.op == "~1" and row.lhs in observed:
                key = ("intercept", row.lhs)
            if free >= 0:
                free += offset
                free = shared.setdefault(key, free) if key else free
            rows.append(replace(row, group=group, free=free))
        offset += one.n_free + len(one.rows) * len(apart) + 1
    return apart[0].with_rows(tuple(rows), n_groups=len(apart))


def _sample_vector(sample: Sample, structure: Structure) -> F64:
    if sample.ordinal is not None:
        return sample.ordinal.sample
    a, b = structure.lower
    vech = sample.covariance[a, b]
    return np.concatenate([sample.mean, vech]) if structure.mean_structure else vech


def _discrepancies(
    samples: Sequence[Sample], structure: Structure, estimator: str, likelihood: str
) -> tuple[Discrepancy, ...]:
    out: list[Discrepancy] = []
    for sample in samples:
        if sample.ordinal is not None:
            weights = 1.0 / np.diagonal(sample.ordinal.gamma)
            out.append(LeastSquares(sample.ordinal.sample, weights, sample.n - 1.0))
        elif estimator in {"GLS", "ULS"}:
            out.append(_least_squares(sample, structure, estimator))
        elif sample.patterns is not None:
            patterns, logl = sample.patterns, sample.logl
            if likelihood == "wishart":
                patterns, logl = _wishart(sample)
            out.append(Likelihood(patterns, logl, None if structure.mean_structure else sample.mean))
    return tuple(out)


def _least_squares(sample: Sample, structure: Structure, estimator: str) -> LeastSquares:
    n = sample.n
    unbiased = sample.covariance * n / (n - 1.0)
    a, b = structure.lower
    vector = unbiased[a, b]
    means = structure.mean_structure
    if means:
        vector = np.concatenate([sample.mean, vector])
    weights = normal_weight(unbiased, means=means) if estimator == "GLS" else np.ones(vector.size)
    return LeastSquares(vector, weights, n - 1.0)


def _wishart(sample: Sample) -> tuple[Patterns, float]:
    """Sums as n - 1 rows with the unbiased covariance would give them."""
    if sample.patterns is None:
        raise TypeError("Wishart likelihood needs sums of answers")
    n = sample.n
    cross = n * sample.covariance + (n - 1.0) * np.outer(sample.mean, sample.mean)
    patterns = replace(
        sample.patterns, n=np.array([n - 1.0]), total=(n - 1.0) * sample.mean[None], cross=cross[None]
    )
    return patterns, saturated(patterns)[2]


def _n_moments(objective: Objective) -> int:
    structure = objective.structure
    return sum(structure.moments(g, structure.start)[0].size for g in range(structure.n_groups))


def _search(objective: Objective, df: int) -> Optimum:
    structure = objective.structure
    names = structure.names
    rng = np.random.default_rng(1)
    near = structure.start + 0.1 * (0.5 + rng.random(structure.n_free)) * np.maximum(
        np.abs(structure.start), 0.1
    )
    if df < 0:
        check_identified(objective.expected(near), names)
        raise IdentificationError(
            f"The model has {-df} parameters more than the data have moments.",
            code="not_identified",
            remedy="Fix loadings or drop covariances.",
        )
    try:
        found = optimise(objective, structure.start, polish=not structure.ordinal)
    except (ConvergenceError, np.linalg.LinAlgError) as error:
        if np.isfinite(objective.value(near)):
            check_identified(objective.expected(near), names)
        if isinstance(error, ModelError):
            raise
        raise ConvergenceError(
            "The search ran into a covariance matrix that cannot be inverted.",
            code="not_converged",
            remedy="Look for items or constructs that are nearly the same.",
        ) from None
    check_identified(objective.expected(found.theta), names)
    return found


def _inference(
    objective: Objective,
    found: Optimum,
    samples: Sequence[Sample],
    estimator: str,
    missing: str,
    information: str | None,
    likelihood: str,
    df: int,
) -> tuple[F64, measures.ChiSquare]:
    """Covariance of the estimates and the test of exact fit."""
    del likelihood
    structure, theta = objective.structure, found.theta
    chi2 = 2.0 * found.half_chi2
    if estimator == "MLR":
        free = [_sample_vector(sample, structure) for sample in samples]
        robust = inference.huber_white(objective, theta, free)
        factor = robust.trace / df if df else 1.0
        return robust.covariance, measures.ChiSquare(chi2, df, chi2 / factor, factor)
    if estimator in {"MLM", "WLSMV", "ULS"}:
        projected = _projected(objective, theta, samples, estimator)
        if estimator == "WLSMV":
            scaled, factor = inference.mean_and_variance_adjusted(chi2, df, projected)
            return projected.covariance, measures.ChiSquare(chi2, df, scaled, factor)
        if estimator == "ULS":
            return projected.covariance, measures.ChiSquare(chi2, df)
        factor = projected.trace / df if df else 1.0
        return projected.covariance, measures.ChiSquare(chi2, df, chi2 / factor, factor)
    wanted = information or ("observed" if missing == "fiml" else "expected")
    metric = objective.observed(theta) if wanted == "observed" else objective.expected(theta)
    return inference.inverse(metric), measures.ChiSquare(chi2, df)


def _projected(
    objective: Objective, theta: F64, samples: Sequence[Sample], estimator: str
) -> inference.Projected:
    structure = objective.structure
    total = sum(sample.n for sample in samples)
    jacobians, weights, gammas, shares = [], [], [], []
    for group, sample in enumerate(samples):
        _, jacobian = structure.moments(group, theta)
        jacobians.append(jacobian)
        shares.append(sample.n / total)
        means = structure.mean_structure
        if sample.ordinal is not None:
            weights.append(np.diag(1.0 / np.diagonal(sample.ordinal.gamma)))
            gammas.append(sample.ordinal.gamma)
        elif estimator == "ULS":
            weights.append(np.eye(jacobian.shape[0]))
            gammas.append(np.linalg.inv(normal_weight(sample.covariance, means=means)))
        else:
            implied = structure.implied(group, theta)
            weights.append(normal_weight(implied.sigma, means=means))
            gammas.append(free_distribution_covariance(sample.values, means=means))
    n = total if estimator == "MLM" else total - len(samples)
    return inference.browne(jacobians, weights, gammas, shares, n)


def _baseline(
    names: tuple[str, ...],
    samples: Sequence[Sample],
    structure: Structure,
    estimator: str,
    likelihood: str,
) -> measures.ChiSquare:
    """Test of the independence model: variances (means, thresholds) free, no covariances."""
    rows: list[Row] = []
    free = 0

    def add(row: Row) -> None:
        nonlocal free
        rows.append(replace(row, free=free))
        free += 1

    for group, sample in enumerate(samples):
        for k, name in enumerate(names):
            if sample.ordinal is not None:
                rows.append(Row(group, name, "~~", name, "theta", k, k, FIXED, 1.0))
                for c, cut in enumerate(sample.ordinal.thresholds[k]):
                    add(Row(group, name, "|", f"t{c + 1}", "tau", k, c, 0, float(cut)))
                continue
            answered = sample.values[~np.isnan(sample.values[:, k]), k]
            add(Row(group, name, "~~", name, "theta", k, k, 0, float(answered.var())))
            if structure.mean_structure:
                add(Row(group, name, "~1", "", "nu", k, k, 0, float(answered.mean())))
    independent = Structure(
        names, (), (), tuple(rows), len(samples), structure.mean_structure, structure.ordinal
    )
    objective = Objective(independent, _discrepancies(samples, independent, estimator, likelihood))
    found = optimise(objective, independent.start, polish=False)
    df = _n_moments(objective) - independent.n_free
    _, test = _inference(objective, found, samples, estimator, "listwise", "expected", likelihood, df)
    return test


def _measures(
    objective: Objective,
    found: Optimum,
    samples: Sequence[Sample],
    test: measures.ChiSquare,
    base: measures.ChiSquare,
    estimator: str,
    likelihood: str,
) -> measures.Fit:
    structure = objective.structure
    n = sum(sample.n for sample in samples)
    residuals = []
    for group, sample in enumerate(samples):
        implied = structure.implied(group, found.theta)
        observed = sample.covariance
        if estimator in {"GLS", "ULS"} or likelihood == "wishart":
            observed = observed * sample.n / (sample.n - 1.0)
        means = structure.mean_structure
        residuals.append(
            (
                sample.n,
                measures.srmr_squares(
                    observed,
                    implied.sigma,
                    sample.mean if means else None,
                    implied.mu if means else None,
                ),
            )
        )
    by_likelihood = estimator in LIKELIHOODS
    logl = None
    if by_likelihood:
        logl = sum(sample.logl for sample in samples) - found.half_chi2
        if likelihood == "wishart":
            # lavaan evaluates the likelihood of n rows at the unbiased covariances.
            grow = n / (n - 1.0)
            logl = samples[0].logl - 0.5 * n * len(structure.observed) * np.log(grow)
            logl = float(logl - found.half_chi2 * grow)
    reduced = not by_likelihood or likelihood == "wishart"
    return measures.assemble(
        test,
        base,
        n=n,
        n_parameters=structure.n_free,
        srmr=residuals,
        logl=logl,
        multiplier=n - len(samples) if reduced else n,
        has_p=estimator != "ULS",
        robust=estimator in {"MLR", "MLM"} and not any(np.isnan(s.values).any() for s in samples),
    )


def _size_cautions(n: float, n_free: int, df: int) -> tuple[Caution, ...]:
    out = []
    if n < 5 * n_free:
        out.append(
            Caution(
                "few_rows",
                f"{round(n)} respondents for {n_free} parameters: fewer than five each, so standard errors "
                "and the test of fit are rough.",
            )
        )
    if df == 0:
        out.append(Caution("saturated", "The model has no degrees of freedom: its fit says nothing."))
    return tuple(out)


def _estimates(
    structure: Structure, theta: F64, covariance: F64, groups: tuple[str, ...]
) -> tuple[Estimate, ...]:
    everything = np.concatenate(
        [structure.implied(group, theta).values for group in range(structure.n_groups)]
    )
    order = np.concatenate([np.array(table, dtype=int) for table in structure.tables])
    values = np.empty(len(structure.rows))
    values[order] = everything
    std_all = standardise.standardised(structure, theta)
    std_lv = standardise.standardised(structure, theta, latent_only=True)
    slope = standardise.derivative(lambda at: standardise.standardised(structure, at), theta)
    with np.errstate(invalid="ignore"):
        se_std = np.sqrt(np.maximum(np.einsum("ri,ij,rj->r", slope, covariance, slope), 0.0))
    spread = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    return tuple(
        Estimate(
            groups[row.group],
            row.lhs,
            row.op,
            row.rhs,
            row.label,
            float(values[k]),
            float(spread[row.free]) if row.free >= 0 else 0.0,
            float(std_all[k]),
            float(std_lv[k]),
            float(se_std[k]),
            row.free >= 0,
        )
        for k, row in enumerate(structure.rows)
        if not syntax.is_unit_row(row)
    )
