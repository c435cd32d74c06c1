"""The way from syntax and answers to a result: prepare, specify, fit, infer, measure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.cbsem import additions, defined, doubts, index_weights, models, standardise, testing
from csi_model.cbsem.data import Chosen, GroupData, choose
from csi_model.cbsem.fit_measures import ChiSquare
from csi_model.cbsem.optimise import Objective, Optimum, check_identified, optimise
from csi_model.cbsem.options import check_options
from csi_model.cbsem.results import CbsemResult, Parameter
from csi_model.cbsem.samples import (
    Estimator,
    Fitting,
    GroupMoments,
    Missing,
    discrepancies,
    n_moments,
    reduce,
    structure_of,
)
from csi_model.cbsem.saturated import apart
from csi_model.cbsem.structure import Structure
from csi_model.errors import Caution, ConvergenceError, IdentificationError
from csi_model.inference import seeds


def fit(
    model: Any,
    data: Mapping[str, Any] | Sample,
    *,
    estimator: Estimator = "ML",
    missing: Missing = "listwise",
    groups: str | Sequence[Any] | None = None,
    clusters: str | Sequence[Any] | None = None,
    weights: str | Sequence[float] | None = None,
    equal: Collection[str] = (),
    likelihood: Literal["normal", "wishart"] = "normal",
    information: Literal["expected", "observed"] | None = None,
) -> CbsemResult:
    """Fit a covariance structure model.

    Parameters
    ----------
    model : str or ModelSpec
        lavaan syntax (=~, ~, ~~, ~1, :=, ==, modifiers) or a specification.
    data : mapping of column name to array of shape (n,), or Sample
        Answers; ``nan`` is missing. A data frame will do. A sample has its clusters and weights itself, and
        its cautions stay with it.
    estimator : {"ML", "MLR", "MLM", "GLS", "ULS", "WLSMV"}
        Maximum likelihood; with Huber-White errors and Yuan-Bentler test; with Satorra-Bentler's;
        generalised and unweighted least squares; ordered answers (polychorics, diagonally weighted least
        squares, mean-and-variance adjusted test).
    missing : {"listwise", "fiml"}
        Leave incomplete rows out, or use the casewise likelihood (ML and MLR).
    groups : str or sequence, optional
        Column name or labels (of a sample the name of its labels): one model per group.
    clusters : str or sequence, optional
        Column name or labels of sampling units, at least two a group, for standard errors and test (MLR
        only): respondents of one unit may answer alike.
    weights : str or sequence, optional
        Column name or weights of respondents: a pseudo-likelihood (Skinner 1989). ML with them is fitted as
        MLR, and a caution says so; other estimators take none.
    equal : collection of {"loadings", "intercepts", "residuals", "means", "regressions"}
        What is the same in all groups. With equal intercepts, means of constructs are free from the second
        group on, unless they are equal too. Needs ``groups``.
    likelihood : {"normal", "wishart"}
        Divide covariances by n or by n - 1. Commands and pages take the first; lavaan offers both, and is
        compared with by both.
    information : {"expected", "observed"}, optional
        For the standard errors of ML; observed by default with FIML, else expected: commands and pages leave
        it so, comparisons with lavaan do not.

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
    Jöreskog (1969), Psychometrika 34; Bollen (1989), Structural Equations with Latent Variables;
    Rosseel (2012), Journal of Statistical Software 48(2).
    """
    wanted = models.given(model)
    is_clustered = clusters is not None or (isinstance(data, Sample) and data.clusters is not None)
    chosen = choose(
        data,
        wanted.written.observed,
        groups=groups,
        clusters=clusters,
        weights=weights,
        missing=missing,
        missing_codes=wanted.missing_codes,
    )
    is_weighted = chosen.groups[0].weights is not None
    asked, estimator = estimator, "MLR" if is_weighted and estimator == "ML" else estimator
    check_options(
        estimator, missing, groups, equal, likelihood, is_clustered=is_clustered, is_weighted=is_weighted
    )
    options = Fitting(estimator, missing, likelihood, information)
    samples = tuple(_reduced(group, wanted, estimator) for group in chosen.groups)
    means = missing == "fiml" or groups is not None
    structure = structure_of(wanted, samples, means=means, ordinal=estimator == "WLSMV", equal=equal)
    objective = Objective(structure, discrepancies(samples, structure, options))
    with _failures_told(chosen):
        found, covariance, test = _solved(objective, samples, options)
    base = testing.baseline(wanted.written.observed, samples, structure, options)
    worked_out = defined.parameters(wanted.written, structure, found.theta, covariance)
    group_names = tuple(group.name for group in chosen.groups)
    return CbsemResult(
        estimator=estimator,
        missing=missing,
        groups=group_names,
        n_given=chosen.n_given,
        n_used=round(sum(sample.n for sample in samples)),
        iterations=found.iterations,
        fit=testing.measure(objective, found, samples, test, base, options=options),
        estimates=(*_estimates(structure, found.theta, covariance, group_names), *worked_out),
        r_squared=tuple(standardise.r_squared(structure, g, found.theta) for g in range(structure.n_groups)),
        cautions=(
            *wanted.cautions,
            *chosen.cautions,
            *((doubts.WEIGHTED,) if estimator != asked else ()),
            *_doubts(structure, found, test, chosen, samples),
            *defined.cautions(worked_out),
            *index_weights.cautions(structure, found.theta),
        ),
        structure=structure,
        theta=found.theta,
        covariance=covariance,
        objective=objective,
        data=chosen.groups,
    )


@contextmanager
def _failures_told(chosen: Chosen) -> Iterator[None]:
    """Say of a search that fails what in the answers or the model lets it fail."""
    try:
        yield
    except IdentificationError as error:
        raise apart(error, [group.values for group in chosen.groups], chosen.names) from None
    except ConvergenceError as error:
        raise doubts.of_weights(error, chosen.groups, len(chosen.names)) from None
    except np.linalg.LinAlgError:
        raise ConvergenceError(
            "The model's matrices cannot be inverted: paths run in a circle, or constructs are the same.",
            code="singular",
            remedy="Leave out a path of the circle, or a fixed value.",
        ) from None


def _doubts(
    structure: Structure, found: Optimum, test: ChiSquare, chosen: Chosen, samples: Sequence[GroupMoments]
) -> tuple[Caution, ...]:
    """What the solution, the number of respondents and the gaps leave doubtful."""
    n = sum(sample.n for sample in samples)
    leaning = [group for group, sample in zip(chosen.groups, samples, strict=True) if sample.strength]
    return (
        *standardise.admissibility(structure, found.theta, tuple(group.name for group in chosen.groups)),
        *doubts.of_size(n, structure.n_free, test.df),
        *(doubts.of_gaps(group, chosen.names) for group in leaning),
    )


def _reduced(group: GroupData, wanted: models.Given, estimator: Estimator) -> GroupMoments:
    return reduce(
        group.values,
        wanted.written.observed,
        ordered=estimator == "WLSMV",
        clusters=group.clusters,
        weights=group.weights,
        blocks=wanted.blocks,
    )


def _solved(
    objective: Objective, samples: Sequence[GroupMoments], options: Fitting
) -> tuple[Optimum, F64, ChiSquare]:
    """Find the optimum, the covariance of its estimates and the test of exact fit."""
    found = _search(objective, n_moments(objective) - objective.structure.n_free)
    return found, *testing.infer(objective, found, samples, options)


def _search(objective: Objective, df: int) -> Optimum:
    structure = objective.structure
    names = structure.names
    rng = seeds.generator(seeds.STARTS)
    near = structure.start + 0.1 * (0.5 + rng.random(structure.n_free)) * np.maximum(
        np.abs(structure.start), 0.1
    )
    if df < 0:
        check_identified(objective.expected(near), names)
        raise IdentificationError(
            f"The model has {-df} parameters more than the data have moments.",
            code="not-identified",
            remedy="Fix loadings or drop covariances.",
        )
    failure = ConvergenceError(
        "The search ran into a covariance matrix that cannot be inverted.",
        code="not-converged",
        remedy="Look for items or constructs that are nearly the same.",
    )
    for start in _starts(structure):
        try:
            found = optimise(objective, start, polish=not structure.ordinal)
        except ConvergenceError as error:
            failure = error
        except np.linalg.LinAlgError:
            pass
        else:
            check_identified(objective.expected(found.theta), names)
            return found
        if np.isfinite(objective.value(near)):
            check_identified(objective.expected(near), names)
    raise failure


def _starts(structure: Structure) -> Iterator[F64]:
    """Start values to try in turn.

    Likelihoods turn steps back at singular matrices. The distance of ordered items does not, so there the
    search begins near zero variance, where every step is small.
    """
    if structure.ordinal:
        small = structure.start.copy()
        at = {row.free for row in structure.rows if row.matrix == "psi" and row.i == row.j and row.free >= 0}
        small[np.isin(structure.kept, sorted(at))] *= 0.1
        yield small
    yield structure.start


def _estimates(
    structure: Structure, theta: F64, covariance: F64, groups: tuple[str, ...]
) -> tuple[Parameter, ...]:
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
    spread = structure.spread(covariance)
    return tuple(
        Parameter(
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
        if not additions.is_unit_row(row)
    )
