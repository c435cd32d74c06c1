"""Do groups answer with the same yardstick? Configural, metric and scalar models compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.cbsem.equal import INVARIANCE
from csi_model.cbsem.fit_measures import tail
from csi_model.cbsem.fitting import fit
from csi_model.cbsem.models import measurement_part
from csi_model.cbsem.results import CbsemResult
from csi_model.errors import Caution, SpecificationError
from csi_model.inference.kinds import critical

CFI_DROP = 0.01  # by which a step may fit worse and still hold (Cheung & Rensvold 2002)


@dataclass(frozen=True)
class Difference:
    """A more restricted level against the one before it; ``p`` of the chi-square difference."""

    level: str
    against: str
    chi2: float
    df: int
    p: float
    cfi_change: float
    rmsea_change: float
    holds: bool


@dataclass(frozen=True)
class InvarianceTest:
    """The three fitted levels and the two steps between them; ``reached`` is the last that holds.

    ``cautions`` are those of the three fits too, each once.
    """

    configural: CbsemResult
    metric: CbsemResult
    scalar: CbsemResult
    differences: tuple[Difference, Difference]
    reached: Literal["configural", "metric", "scalar"]
    cautions: tuple[Caution, ...]

    def document(self) -> dict[str, Any]:
        """Plain mapping for the result file."""
        levels = {"configural": self.configural, "metric": self.metric, "scalar": self.scalar}
        return {
            "levels": {
                name: {
                    "chi2": result.fit.chi2,
                    "df": result.fit.df,
                    "p": result.fit.p,
                    "cfi": result.fit.cfi,
                    "rmsea": result.fit.rmsea,
                    "srmr": result.fit.srmr,
                }
                for name, result in levels.items()
            },
            "differences": [vars(each) for each in self.differences],
            "reached": self.reached,
            "latent_means": {
                group: self.scalar.latent_means(k) for k, group in enumerate(self.scalar.groups)
            },
            "cautions": [each.plain() for each in self.cautions],
        }


def assess_invariance(
    model: Any,
    data: Mapping[str, Any] | Sample,
    groups: str | Sequence[Any],
    *,
    estimator: Literal["ML", "MLR"] = "ML",
    missing: Literal["listwise", "fiml"] = "listwise",
    level: float = 0.05,
) -> InvarianceTest:
    """Fit the measurement model at three levels of equality and compare them step by step.

    Parameters
    ----------
    model : str or ModelSpec
        Only its measurement part is used; constructs covary freely.
    data : mapping or Sample
        As in ``fit``; clusters and weights are those of a sample.
    groups : str or sequence
        Column or labels, of a sample the name of its labels; at least two groups.
    level : float
        A step holds if its p-value is at least this, or the drop in CFI is at most `CFI_DROP`.

    Returns
    -------
    InvarianceTest

    Raises
    ------
    SpecificationError
        Fewer than two groups, or no loadings; else as ``fit``.
    DataError
        A level that is no share; else as ``fit``.

    References
    ----------
    Meredith (1993), Psychometrika 58(4); Cheung & Rensvold (2002), Structural Equation Modeling 9(2);
    Satorra & Bentler (2001), Psychometrika 66(4), for the scaled difference (MLR).
    """
    critical(level)
    given = measurement_part(model)
    common: dict[str, Any] = {"estimator": estimator, "missing": missing, "groups": groups}
    configural = fit(given, data, equal=INVARIANCE["configural"], **common)
    if len(configural.groups) < 2:
        raise SpecificationError(
            "There is one group only, so nothing can be compared.",
            code="one-group",
            remedy="Give a column with two groups or more.",
        )
    metric = fit(given, data, equal=INVARIANCE["metric"], **common)
    scalar = fit(given, data, equal=INVARIANCE["scalar"], **common)
    steps = (
        difference(("metric", metric), ("configural", configural), level=level),
        difference(("scalar", scalar), ("metric", metric), level=level),
    )
    reached: Literal["configural", "metric", "scalar"] = "configural"
    cautions = [*configural.cautions, *metric.cautions, *scalar.cautions]
    if steps[0].holds:
        reached = "scalar" if steps[1].holds else "metric"
    if reached != "scalar":
        item = _apart(metric) if reached == "metric" else _apart(configural, loadings=True)
        what = "Means of the groups" if reached == "metric" else "Paths and means of the groups"
        message = (
            f"{what} may differ because the items work differently, not the constructs: only {reached} "
            f"invariance holds. Most of all {item} differs."
        )
        cautions.insert(0, Caution("invariance-fails", message, about=(reached, item)))
    return InvarianceTest(configural, metric, scalar, steps, reached, tuple(dict.fromkeys(cautions)))


def _apart(free: CbsemResult, *, loadings: bool = False) -> str:
    """Name the item whose loading, or else intercept, lies farthest from the others' between two groups.

    Loadings are compared standardised. A group whose construct lies higher has all intercepts higher by the
    loading times the difference: what an item has beyond the median of its construct is its own.
    """
    rows = {(row.group, row.op, row.lhs, row.rhs): row for row in free.estimates}
    blocks: dict[str, list[str]] = {}
    for row in free.estimates:
        if row.op == "=~" and row.group == free.groups[0]:
            blocks.setdefault(row.lhs, []).append(row.rhs)
    found: dict[str, float] = {}
    for one, other in combinations(free.groups, 2):
        for name, items in blocks.items():
            pairs = [[rows[group, "=~", name, item] for group in (one, other)] for item in items]
            if loadings:
                away = [abs(a.std_all - b.std_all) / np.hypot(a.se_std_all, b.se_std_all) for a, b in pairs]
            elif all((one, "~1", item, "") in rows for item in items):
                means = [[rows[group, "~1", item, ""] for group in (one, other)] for item in items]
                shift = [(b.est - a.est) / pair[0].est for (a, b), pair in zip(means, pairs, strict=True)]
                own = np.abs(np.array(shift) - np.median(shift))
                error = [np.hypot(a.se, b.se) for a, b in means]
                away = [each * abs(p[0].est) / e for each, p, e in zip(own, pairs, error, strict=True)]
            else:
                continue
            for item, far in zip(items, away, strict=True):
                found[item] = max(found.get(item, 0.0), float(np.nan_to_num(far)))
    return max(found, key=lambda item: found[item])


def difference(
    restricted: tuple[str, CbsemResult],
    wider: tuple[str, CbsemResult],
    *,
    level: float = 0.05,
) -> Difference:
    """Test a fit against a wider one, each with its name: chi-squares' difference, scaled where they are."""
    (name, strict), (against, free) = restricted, wider
    df = strict.fit.df - free.fit.df
    chi2 = strict.fit.chi2 - free.fit.chi2
    if strict.fit.scaling_factor is not None and free.fit.scaling_factor is not None:
        factor = (strict.fit.df * strict.fit.scaling_factor - free.fit.df * free.fit.scaling_factor) / df
        chi2 = chi2 / factor if factor > 0.0 else float("nan")
    p = tail(chi2, df)
    change = strict.fit.cfi - free.fit.cfi
    return Difference(
        name,
        against,
        chi2,
        df,
        p,
        change,
        strict.fit.rmsea - free.fit.rmsea,
        bool(p >= level or change >= -CFI_DROP),
    )
