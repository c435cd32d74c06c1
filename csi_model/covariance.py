"""The index from the covariance model: a common-factor fit in the shape of a PLS solution."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model import stages
from csi_model.errors import Caution, DataError
from csi_model.moments import Moments
from csi_model.pls import Solution
from csi_model.prepare import IndicatorMatrix
from csi_model.specify import ModelSpec

F64 = NDArray[np.float64]


class Fitted(NamedTuple):
    """A covariance fit: as a batch of one, its own document, standard errors, and cautions."""

    solution: Solution
    document: dict[str, Any]
    errors: dict[str, F64]
    cautions: tuple[Caution, ...]


def fit(spec: ModelSpec, data: IndicatorMatrix, moments: Moments, missing: str) -> Fitted:
    """Fit the model by maximum likelihood (FIML with gaps where asked, robust errors not used).

    Construct points use the factor score weights of each construct's own indicators, for the second order
    those of its components (`CbsemResult.index_weights`), held fixed in the standard error of the points.

    Raises
    ------
    DataError
        Respondent weights are given: the likelihood here is unweighted.
    ConvergenceError, IdentificationError
        As the covariance model says.
    """
    from csi_model import cbsem  # noqa: PLC0415  semopy and pandas load only where they are needed

    if not np.allclose(data.weights, 1.0):
        raise DataError(
            "The covariance model takes no weights.",
            code="weights",
            remedy="Use --method pls, or no weights.",
        )
    columns = {code: data.values[:, place] for place, code in enumerate(data.codes)}
    result = cbsem.fit(spec, columns, missing="fiml" if missing == "fiml" else "listwise")
    solution, path_errors = _as_solution(spec, result, moments)
    found = result.document()
    errors = {"paths": path_errors}
    return Fitted(solution, found, errors, (*result.cautions, *result.weight_cautions()))


def usable(data: IndicatorMatrix, missing: str) -> IndicatorMatrix:
    """Give the rows that the model is fitted on: points and errors must be of the same ones.

    Raises
    ------
    DataError
        No row is complete.
    """
    complete = np.asarray(~np.isnan(data.values).any(axis=1))
    if missing == "fiml" or complete.all():
        return data
    if not complete.any():
        raise DataError("No row is complete.", code="no-rows", remedy="Use --missing fiml.")
    left_out = int((~complete).sum())
    message = (
        f"A covariance model takes no means for gaps: {left_out} incomplete rows are left out."
        " --missing fiml keeps them."
    )
    cautions = (*data.cautions, Caution("listwise-used", message))
    return replace(data.subset(complete), n_respondents=data.n_respondents, cautions=cautions)


def _as_solution(spec: ModelSpec, result: object, moments: Moments) -> tuple[Solution, F64]:
    names, codes = spec.construct_ids, spec.indicator_ids
    place = {name: number for number, name in enumerate(names)}
    sd = np.sqrt(np.diag(moments.cov[0]))
    corr = moments.corr[0]
    weights = np.zeros((len(codes), len(names)))
    for name, share in result.index_weights().items():  # type: ignore[attr-defined]
        for code, weight in share.items():
            weights[codes.index(code), place[name]] = weight * sd[codes.index(code)]
    weights /= np.sqrt(np.einsum("pj,pq,qj->j", weights, corr, weights))
    loadings = corr @ weights
    paths, errors = np.zeros((len(names), len(names))), np.full((len(names), len(names)), np.nan)
    for row in result.estimates:  # type: ignore[attr-defined]
        if row.op == "=~" and row.rhs in codes and row.lhs in place:
            loadings[codes.index(row.rhs), place[row.lhs]] = row.std_all
        elif row.op == "~" and row.lhs in place and row.rhs in place:
            paths[place[row.lhs], place[row.rhs]] = row.std_all
            errors[place[row.lhs], place[row.rhs]] = row.se_std_all
    latent = list(result.structure.latent)  # type: ignore[attr-defined]
    covariance = result.latent_covariance()  # type: ignore[attr-defined]
    order = [latent.index(name) for name in names]
    covariance = covariance[np.ix_(order, order)]
    spread = np.sqrt(np.diag(covariance))
    shares = result.r_squared[0]  # type: ignore[attr-defined]
    endogenous = np.asarray(spec.path_matrix.any(axis=1))
    r_squared = np.array([float(shares.get(name, 0.0)) * endogenous[place[name]] for name in names])
    solution = Solution(
        weights[None],
        loadings[None],
        (covariance / np.outer(spread, spread))[None],
        paths[None],
        r_squared[None],
        np.array([result.iterations]),  # type: ignore[attr-defined]
        np.array([result.converged]),  # type: ignore[attr-defined]
        stages.component_weights(spec, (weights.T @ corr @ weights)[None]),
    )
    return solution, errors
