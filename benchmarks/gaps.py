"""What the default treatment of gaps costs beside mean replacement: at most twice as much is wanted."""

import time

import numpy as np

import csi_model
from benchmarks.estimation import utility
from benchmarks.table import Line
from csi_model.resampling import bootstrap as resample
from csi_model.resampling.estimator import Estimator

N, N_LARGE, RESAMPLES = 10_000, 1_000_000, 1000


def _single(rng: np.random.Generator, spec: csi_model.ModelSpec, n: int) -> np.ndarray:
    """One question in three is asked of few, down to one in ten, as by the electric-utility questionnaire."""
    p = len(spec.indicator_ids)
    share = np.where(np.arange(p) % 3 == 2, np.linspace(0.1, 0.9, p), 1.0)
    return (rng.random((n, p)) > share) | (rng.random((n, p)) < 0.05)


def _blocks(rng: np.random.Generator, spec: csi_model.ModelSpec, n: int) -> np.ndarray:
    """Two constructs are asked of 40 %, and 15 % of all answers are don't know."""
    gaps = rng.random((n, len(spec.indicator_ids))) < 0.15
    sizes = [len(construct.indicators) for construct in spec.constructs]
    for place in np.argsort(sizes)[-2:]:
        gaps |= (rng.random((n, 1)) > 0.4) & (spec.home == place)
    return gaps


def _measured(spec: csi_model.ModelSpec, data: csi_model.Sample, missing: str) -> tuple[float, float]:
    """Seconds until resamples can begin, and of these."""
    begun = time.perf_counter()
    options = csi_model.Options(missing=missing, bootstrap=RESAMPLES)
    estimator = Estimator(spec, data, options)
    estimator.of_sample()
    ready = time.perf_counter()
    resample.bootstrap(estimator)
    return ready - begun, time.perf_counter() - ready


def treatments() -> list[Line]:
    """Both treatments of gaps on the same answers, single questions and whole constructs asked of few."""
    lines = []
    for n, kinds in ((N, (_single, _blocks)), (N_LARGE, (_single,))):
        spec, whole = utility(n)
        for kind in kinds:
            answers = whole.values.copy()
            answers[kind(np.random.default_rng(1), spec, n)] = np.nan
            columns = dict(zip(spec.indicator_ids, answers.T, strict=True))
            data = csi_model.prepare(spec, columns)
            (build, draws), (other_build, other_draws) = (
                _measured(spec, data, missing) for missing in ("em", "mean")
            )
            what = "single questions" if kind is _single else "two constructs and 15 % don't know"
            lines.append(
                Line(
                    f"Gaps ({what}), {n:,} × {len(spec.indicator_ids)}, {RESAMPLES:,} resamples",
                    build + draws,
                    other_build + other_draws,
                    "mean replacement",
                    f"fit and rows {build:.1f} s, resamples {draws:.1f} s"
                    f" (by means {other_build:.1f} s and {other_draws:.1f} s)",
                )
            )
    return lines
