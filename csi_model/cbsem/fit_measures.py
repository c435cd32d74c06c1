"""Fit measures from chi-squares, likelihoods and residuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import ncx2

from csi_model.arrays import F64


@dataclass(frozen=True)
class ChiSquare:
    """A test statistic; ``scaled`` and its factor where a robust correction was asked for."""

    value: float
    df: int
    scaled: float | None = None
    factor: float | None = None

    @property
    def p(self) -> float:
        """Tail probability of the unscaled statistic."""
        return tail(self.value, self.df)

    @property
    def p_scaled(self) -> float | None:
        """Tail probability of the scaled statistic."""
        return None if self.scaled is None else tail(self.scaled, self.df)


@dataclass(frozen=True)
class Fit:
    """Fit measures under lavaan's definitions; ``None`` where a measure does not exist.

    ``rmsea_ci`` is the 90 % interval. ``*_scaled`` put the scaled chi-square into the same formula;
    ``*_robust`` are Brosseau-Liard and Savalei's population-consistent versions.
    """

    chi2: float
    df: int
    p: float | None
    cfi: float
    tli: float
    rmsea: float
    rmsea_ci: tuple[float, float]
    srmr: float
    baseline_chi2: float
    baseline_df: int
    n_parameters: int
    n_respondents: int
    logl: float | None = None
    aic: float | None = None
    bic: float | None = None
    chi2_scaled: float | None = None
    scaling_factor: float | None = None
    p_scaled: float | None = None
    baseline_chi2_scaled: float | None = None
    cfi_scaled: float | None = None
    tli_scaled: float | None = None
    rmsea_scaled: float | None = None
    rmsea_ci_scaled: tuple[float, float] | None = None
    cfi_robust: float | None = None
    tli_robust: float | None = None
    rmsea_robust: float | None = None


def tail(value: float, df: int) -> float:
    """Upper tail of the chi-square distribution; 1 without degrees of freedom."""
    return float(chi2_distribution.sf(value, df)) if df > 0 else 1.0


def cfi_tli(chi2: float, df: int, base: float, base_df: int) -> tuple[float, float]:
    """Comparative fit index and Tucker-Lewis index.

    References
    ----------
    Bentler (1990), Psychological Bulletin 107(2); Tucker & Lewis (1973), Psychometrika 38(1).
    """
    excess, base_excess = max(chi2 - df, 0.0), max(base - base_df, chi2 - df, 0.0)
    cfi = 1.0 - excess / base_excess if base_excess > 0.0 else 1.0
    lower = base / base_df - 1.0 if base_df else 0.0
    tli = (base / base_df - chi2 / df) / lower if df > 0 and lower != 0.0 else 1.0
    return cfi, tli


def rmsea(chi2: float, df: int, n: float, n_groups: int = 1) -> tuple[float, tuple[float, float]]:
    """Root mean square error of approximation and its interval of 90 %, the custom.

    References
    ----------
    Steiger & Lind (1980); Browne & Cudeck (1992), Sociological Methods & Research 21(2); the factor
    sqrt(groups) is Steiger's (1998).
    """
    if df <= 0:
        return 0.0, (0.0, 0.0)
    scale = n_groups / (df * n)
    point = float(np.sqrt(max(chi2 - df, 0.0) * scale))

    def bound(share: float) -> float:
        if chi2_distribution.cdf(chi2, df) <= share:
            return 0.0
        top = max(4.0 * chi2, 100.0)
        while ncx2.cdf(chi2, df, top) > share:
            top *= 2.0
        root = brentq(lambda nc: float(ncx2.cdf(chi2, df, nc)) - share, 1e-10, top, xtol=1e-10)
        return float(np.sqrt(root * scale))

    return point, (bound(0.95), bound(0.05))


def srmr_squares(
    sample: F64, implied: F64, sample_mean: F64 | None = None, implied_mean: F64 | None = None
) -> float:
    """Standardised root mean square residual of one group (Bentler's, lavaan's default).

    Means count when given. The diagonal counts, as zero where variances are reproduced.

    References
    ----------
    Bentler (1995), EQS manual; Hu & Bentler (1999), Structural Equation Modeling 6(1).
    """
    scale = np.sqrt(np.diagonal(sample))
    rows, cols = np.tril_indices(sample.shape[0])
    residual = ((sample - implied) / np.outer(scale, scale))[rows, cols]
    total, count = float(residual @ residual), residual.size
    if sample_mean is not None and implied_mean is not None:
        away = (sample_mean - implied_mean) / scale
        total, count = total + float(away @ away), count + away.size
    return float(np.sqrt(total / count))


def assemble(
    test: ChiSquare,
    base: ChiSquare,
    *,
    n: float,
    n_parameters: int,
    srmr: Sequence[tuple[float, float]],
    logl: float | None,
    multiplier: float,
    has_p: bool = True,
    robust: bool = False,
) -> Fit:
    """All measures of a fitted model.

    Parameters
    ----------
    test, base : ChiSquare
        Of the model and of the independence model.
    n : float
        Respondents.
    srmr : sequence of (n, srmr)
        One pair a group, averaged with weights n.
    multiplier : float
        What chi-square is a multiple of: n, or n minus the number of groups.
    robust : bool
        Give ``*_robust`` (a mean-adjusted test of complete continuous data).
    """
    groups = len(srmr)
    cfi, tli = cfi_tli(test.value, test.df, base.value, base.df)
    point, interval = rmsea(test.value, test.df, multiplier, groups)
    extra: dict[str, float | tuple[float, float] | None] = {}
    if test.scaled is not None and base.scaled is not None:
        cfi_s, tli_s = cfi_tli(test.scaled, test.df, base.scaled, base.df)
        rmsea_s, interval_s = rmsea(test.scaled, test.df, multiplier, groups)
        extra = {
            "chi2_scaled": test.scaled,
            "scaling_factor": test.factor,
            "p_scaled": test.p_scaled,
            "baseline_chi2_scaled": base.scaled,
            "cfi_scaled": cfi_s,
            "tli_scaled": tli_s,
            "rmsea_scaled": rmsea_s,
            "rmsea_ci_scaled": interval_s,
        }
        if robust and test.factor and base.factor and test.df > 0 and base.df > 0:
            gap = test.value - test.factor * test.df
            base_gap = max(base.value - base.factor * base.df, gap, 0.0)
            extra["cfi_robust"] = 1.0 - max(gap, 0.0) / base_gap if base_gap > 0.0 else 1.0
            raw = base.value - base.factor * base.df
            extra["tli_robust"] = 1.0 - (gap * base.df) / (raw * test.df) if raw != 0.0 else 1.0
            extra["rmsea_robust"] = float(np.sqrt(max(gap, 0.0) * groups / (test.df * multiplier)))
    return Fit(
        chi2=test.value,
        df=test.df,
        p=test.p if has_p else None,
        cfi=cfi,
        tli=tli,
        rmsea=point,
        rmsea_ci=interval,
        srmr=sum(weight * value for weight, value in srmr) / sum(weight for weight, _ in srmr),
        baseline_chi2=base.value,
        baseline_df=base.df,
        n_parameters=n_parameters,
        n_respondents=round(n),
        logl=logl,
        aic=None if logl is None else -2.0 * logl + 2.0 * n_parameters,
        bic=None if logl is None else -2.0 * logl + n_parameters * float(np.log(n)),
        **extra,  # type: ignore[arg-type]
    )
