"""The index: a loop over single fits is the baseline, on fewer resamples and scaled, as each line says."""

from dataclasses import replace
from pathlib import Path

import numpy as np

import csi_model
from benchmarks.table import Line, best_of, peak_gib
from csi_model.answers.labels import Labels, read
from csi_model.resampling import bootstrap as resample
from csi_model.resampling.estimator import Estimator
from surveys import instruments

ROOT = Path(__file__).parents[1]
MOBI = ROOT.parent / "shared" / "reference" / "mobi"


def _small() -> tuple[csi_model.ModelSpec, csi_model.Sample, str]:
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


def utility(n: int, seed: int = 1) -> tuple[csi_model.ModelSpec, csi_model.Sample]:
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


def _loop(spec: csi_model.ModelSpec, data: csi_model.Sample, n_resamples: int) -> float:
    """Measure single fits of resampled rows, one after the other."""
    rng = np.random.default_rng(1)

    def work() -> None:
        for _ in range(n_resamples):
            rows = rng.integers(0, len(data.values), len(data.values))
            csi_model.estimate(spec, data.where(rows))

    return best_of(1, work)


def bootstrap() -> list[Line]:
    """5,000 resamples of a small survey."""
    spec, data, name = _small()
    estimator = Estimator(spec, data, csi_model.Options(bootstrap=5000))
    estimator.of_sample()  # products of the answers, as the loop's single fits find them made
    ours = best_of(3, lambda: resample.bootstrap(estimator))
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
    spec, data = utility(10_000)
    estimator = Estimator(spec, data, csi_model.Options(bootstrap=5000, jobs=2))
    estimator.of_sample()
    ours = best_of(1, lambda: resample.bootstrap(estimator))
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
    spec, data = utility(1_000_000)
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
    spec, data = utility(288 * 110)
    groups = np.arange(len(data)) % 288
    data = replace(data, labels={"unit": read(groups, len(data), "unit")})
    one = data.where(groups == 0)
    loop = _loop(spec, one, 20) * 25 * 288
    lines = []
    for jobs, name in ((2, "two processes"), (1, "one process")):
        options = csi_model.Options(bootstrap=500, jobs=jobs)
        ours = best_of(1, lambda options=options: csi_model.estimate(spec, data, options, by="unit"))
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


def labels() -> list[Line]:
    """A million respondents with eight columns of labels, and 5,000 units cut out of them."""
    n, names = 1_000_000, [f"unit {number:04d}" for number in range(5000)]
    number = np.random.default_rng(1).integers(0, 5000, n).astype(np.int32)
    _, small = utility(1000)
    many = np.arange(n) % len(small)
    sample = replace(small, labels={}).where(many)
    texts = np.array(names, dtype=np.str_)[number]
    held = {f"label {k}": Labels(tuple(names), number.copy()) for k in range(8)}
    sample = replace(sample, labels=held)

    def cut() -> None:
        sample.split("label 0")

    def by_text() -> None:
        for name in names[:20]:
            sample.where(texts == name)

    size = sum(each.number.nbytes for each in held.values())
    return [
        Line(
            "5,000 units of 1,000,000 respondents with 8 columns of labels, cut",
            best_of(1, cut),
            best_of(1, by_text) * 250,
            "comparing texts unit by unit (20, times 250)",
            f"labels hold {size / 2**20:.0f} MiB, as texts {8 * texts.nbytes / 2**20:.0f} MiB",
        )
    ]
