"""The index: a loop over single fits is the baseline, on fewer resamples and scaled, as each line says."""

from pathlib import Path

import numpy as np

import csi_model
from benchmarks.table import Line, best_of, peak_gib
from csi_model.answers.moments import MeanReplaced
from csi_model.resampling import bootstrap as resample
from surveys import instruments

ROOT = Path(__file__).parents[1]
MOBI = ROOT.parent / "shared" / "reference" / "mobi"


def _small() -> tuple[csi_model.ModelSpec, csi_model.IndicatorMatrix, str]:
    """Give the mobi data where they are at hand, else the simulated golden data."""
    folder = ROOT / "tests" / "golden"
    model, data, name = folder / "model.yaml", folder / "data.csv", "golden data"
    if MOBI.exists():
        model, data, name = MOBI / "ecsi.yaml", MOBI / "mobi.csv", "mobi"
    spec = csi_model.ModelSpec.from_yaml(model.read_text(encoding="utf-8"))
    table = np.genfromtxt(data, delimiter=",", names=True, deletechars="", dtype=None, encoding="utf-8")
    columns = {
        code: table[code] if code in (table.dtype.names or ()) else table[f'"{code}"']
        for code in spec.indicator_ids
    }
    return spec, csi_model.prepare(spec, columns), f"{name}, n={len(table)}"


def _utility(n: int, seed: int = 1) -> tuple[csi_model.ModelSpec, csi_model.IndicatorMatrix]:
    """Give the utility model and simulated complete answers: one common factor and one a construct."""
    spec = csi_model.ModelSpec.from_mapping(instruments.load("utility_csi").model())
    rng = np.random.default_rng(seed)
    common = rng.normal(size=n)
    columns = {}
    for construct in spec.constructs:
        level = 0.7 * common + 0.7 * rng.normal(size=n)
        for code in construct.indicators:
            raw = 7 + 1.9 * (0.85 * level + 0.53 * rng.normal(size=n))
            columns[code] = np.clip(np.rint(raw), 1, 10)
    return spec, csi_model.prepare(spec, columns)


def _loop(spec: csi_model.ModelSpec, data: csi_model.IndicatorMatrix, n_resamples: int) -> float:
    """Measure single fits of resampled rows, one after the other."""
    rng = np.random.default_rng(1)

    def work() -> None:
        for _ in range(n_resamples):
            rows = rng.integers(0, len(data.values), len(data.values))
            drawn = csi_model.IndicatorMatrix(
                data.values[rows], data.codes, data.weights[rows], len(data.values)
            )
            csi_model.estimate(spec, drawn)

    return best_of(1, work)


def bootstrap() -> list[Line]:
    """5,000 resamples of a small survey."""
    spec, data, name = _small()
    source = MeanReplaced(data)
    ours = best_of(3, lambda: resample.bootstrap(spec, data, source, 5000, 1))
    return [
        Line(
            f"Bootstrap, 5,000 resamples ({name}), one thread",
            ours,
            _loop(spec, data, 100) * 50,
            "loop of single fits (100, times 50)",
            "peers on such data: cSEM about 125 s, seminr 190 s",
        )
    ]


def large_bootstrap() -> list[Line]:
    """5,000 resamples of 10,000 respondents."""
    spec, data = _utility(10_000)
    source = MeanReplaced(data)
    ours = best_of(1, lambda: resample.bootstrap(spec, data, source, 5000, 1, jobs=2))
    return [
        Line(
            f"Bootstrap, 5,000 resamples of 10,000 × {len(data.codes)} answers, two threads",
            ours,
            _loop(spec, data, 10) * 500,
            "loop of single fits (10, times 500)",
        )
    ]


def million() -> list[Line]:
    """A million respondents with intervals."""
    spec, data = _utility(1_000_000)
    before = peak_gib()
    options = csi_model.Options(bootstrap=2000, jobs=2)
    ours = best_of(1, lambda: csi_model.estimate(spec, data, options))
    return [
        Line(
            f"Fit of 1,000,000 × {len(data.codes)} answers with intervals from 2,000 draws",
            ours,
            _loop(spec, data, 1) * 2000,
            "loop of single fits (1, times 2,000)",
            f"peak memory {peak_gib():.1f} GiB, {before:.1f} GiB of it before the fit",
        )
    ]


def fleet() -> list[Line]:
    """48 units × 6 waves with intervals as one call."""
    spec, data = _utility(288 * 110)
    groups = np.arange(len(data.values)) % 288
    one = data.subset(groups == 0)
    loop = _loop(spec, one, 20) * 25 * 288
    lines = []
    for jobs, name in ((2, "two processes"), (1, "one process")):
        options = csi_model.Options(bootstrap=500, jobs=jobs)
        ours = best_of(1, lambda options=options: csi_model.estimate(spec, data, options, groups=groups))
        lines.append(
            Line(
                f"Fleet of 288 models, 110 respondents each, 500 resamples each, {name}",
                ours,
                loop,
                "loop of single fits in one process (20, times 7,200)",
                f"peak memory {peak_gib():.1f} GiB",
            )
        )
    return lines
