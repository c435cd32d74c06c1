"""A covariance model's own checks: exact fit, estimates resampled, what one more parameter would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csi_model.answers.sample import Sample
from csi_model.estimation import by_covariance
from csi_model.inference.plain import number
from csi_model.options import Options
from csi_model.specify import ModelSpec

if TYPE_CHECKING:
    from csi_model.cbsem import CbsemResult

# The 95 % quantile of chi-square with one degree of freedom.
NOTEWORTHY = 3.841458820694124


class Checks:
    """The checks of one model, which is fitted when the first of them asks for it."""

    def __init__(self, spec: ModelSpec, sample: Sample, options: Options, n_resamples: int) -> None:
        self.spec, self.sample, self.options, self.n_resamples = spec, sample, options, n_resamples
        self._result: CbsemResult | None = None

    @property
    def result(self) -> CbsemResult:
        """The fit."""
        if self._result is None:
            usable = by_covariance.usable(self.sample, self.options)
            self._result = by_covariance.fit_covariance(self.spec, usable, self.options)
        return self._result

    def exact_fit(self) -> dict[str, Any]:
        """Test exact fit by Bollen and Stine's bootstrap.

        Raises
        ------
        SpecificationError
            The estimator is no likelihood, or answers are missing and FIML keeps them.
        """
        from csi_model import cbsem  # noqa: PLC0415  semopy and pandas load only where they are needed

        options = self.options
        found = cbsem.bollen_stine(self.result, self.n_resamples, seed=options.seed, level=options.level)
        own = {"statistic": found.chi2, "critical": found.critical, "p": found.p}
        return {"chi2": own | {"df": found.df, "p_normal": found.p_normal}, "failed": found.failed}

    def parameters(self) -> dict[str, Any]:
        """Resample the free parameters: error, percentile and BCa interval of each, unstandardised.

        Raises
        ------
        SpecificationError
            The estimator is no likelihood.
        """
        from csi_model.cbsem.bootstrap import bootstrap  # noqa: PLC0415  as in exact_fit

        structure, level = self.result.structure, self.options.level
        found = bootstrap(self.result, self.n_resamples, seed=self.options.seed)
        usual, accelerated = (found.figure(level, kind) for kind in ("percentile", "bca"))
        first = {row.free: row for row in reversed(structure.rows)}
        rows = [
            {"lhs": first[row].lhs, "op": first[row].op, "rhs": first[row].rhs}
            | usual.at(place).plain("est")
            | {"bca_ci": accelerated.at(place).plain()["ci"]}
            for place, row in enumerate(structure.kept)
        ]
        return {"n": self.n_resamples, "failed": found.failed, "level": level, "estimates": rows}

    def modification(self) -> list[dict[str, Any]]:
        """Name the parameters left out whose freedom would lower chi-square noticeably, largest first."""
        from csi_model import cbsem  # noqa: PLC0415  as in exact_fit

        return [
            {"lhs": each.lhs, "op": each.op, "rhs": each.rhs, "mi": each.mi, "epc": number(each.epc)}
            for each in cbsem.modification_indices(self.result)
            if each.mi > NOTEWORTHY
        ]
