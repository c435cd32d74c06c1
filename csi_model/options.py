"""How to estimate, checked when it is said."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

from csi_model.errors import ModelError

Progress = Callable[[float], None]
FLOOR = 30  # answers: a figure of fewer is hidden
LEVEL = 0.95  # of intervals
INDICATIVE = 100  # answers: a figure of fewer is marked
FEWEST_RESAMPLES = 20
PLS_METHODS = ("pls", "plsc")
METHODS = (*PLS_METHODS, "cbsem")
SCHEMES = ("path", "factorial", "centroid")
MISSING = ("em", "mean", "listwise", "fiml")
INTERVALS = ("percentile", "bca", "studentised")
GROUP_WEIGHTS = ("common", "own")
ESTIMATORS = ("ML", "MLR", "MLM", "WLSMV", "GLS", "ULS")


@dataclass(frozen=True)
class Options:
    """How to estimate.

    Attributes
    ----------
    method : {"pls", "plsc", "cbsem"}
    scheme : {"path", "factorial", "centroid"}
    missing : {"em", "mean", "listwise", "fiml"}
        ``fiml`` is ``em`` for PLS. A covariance model by ML or MLR takes all answers given with either, by
        other estimators, ``mean`` and ``listwise`` complete rows alone.
    bootstrap : int
        Resamples, 0 for none, else 20 at least.
    seed : int
        0 or more; the same seed gives the same numbers whatever `jobs` is.
    jobs : int
        Threads for one sample, processes for groups; 1 at least.
    interval : {"percentile", "bca", "studentised"}
    level : float
        Nominal coverage, between 0 and 1.
    estimator : {"", "ML", "MLR", "MLM", "WLSMV", "GLS", "ULS"}
        Of a covariance model; empty for ML, with clusters MLR.
    group_weights : {"common", "own"}
        Points of groups by the question shares of the whole, small groups with gaps by the covariance within
        all of them too; or each group by itself.
    floor, indicative : int
        A group with fewer respondents is not shown, a result of fewer is marked; 0 or more.

    Raises
    ------
    ModelError
        A value that is none of these; its code is the name of the field.
    """

    method: str = "pls"
    scheme: str = "path"
    missing: str = "em"
    bootstrap: int = 0
    seed: int = 1
    jobs: int = 1
    interval: str = "percentile"
    level: float = LEVEL
    floor: int = FLOOR
    indicative: int = INDICATIVE
    estimator: str = ""
    group_weights: str = "common"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("method", self.method, METHODS),
            ("scheme", self.scheme, SCHEMES),
            ("missing", self.missing, MISSING),
            ("interval", self.interval, INTERVALS),
            ("group_weights", self.group_weights, GROUP_WEIGHTS),
            ("estimator", self.estimator or ESTIMATORS[0], ESTIMATORS),
        ):
            if value not in known:
                raise ModelError(
                    f"There is no {name} {value!r}.", code=name, remedy=f"Choose {', '.join(known)}."
                )
        if self.estimator and self.method != "cbsem":
            raise ModelError(
                f"The estimator {self.estimator} is of covariance models, not of {self.method}.",
                code="estimator",
                remedy="Choose method cbsem, or no estimator.",
            )
        for name, least in (("bootstrap", 0), ("seed", 0), ("jobs", 1), ("floor", 0), ("indicative", 0)):
            object.__setattr__(self, name, _whole(name, getattr(self, name), least))
        if 0 < self.bootstrap < FEWEST_RESAMPLES:
            raise ModelError(
                f"{self.bootstrap} resamples cannot give an interval.",
                code="bootstrap",
                remedy=f"Ask for 0, or {FEWEST_RESAMPLES} and more.",
            )
        if isinstance(self.level, bool) or not isinstance(self.level, Real) or not 0 < self.level < 1:
            raise ModelError(
                f"A level of {self.level!r} is no share between 0 and 1.",
                code="level",
                remedy="Choose 0.95, say.",
            )


def _whole(name: str, value: object, least: int) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or number < least:
        raise ModelError(
            f"{name} is {value!r}, which is no whole number of {least} or more.",
            code=name,
            remedy="Correct it.",
        )
    return number
