"""Covariance SEM with missing answers: lavaan itself is the peer where R has it, else semopy's own FIML."""

import shutil
import subprocess
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import semopy

from benchmarks.table import Line, best_of
from csi_model import cbsem

ROOT = Path(__file__).parents[1]
MOBI = ROOT.parent / "shared" / "reference" / "mobi"
LAVAAN = """
suppressMessages(library(lavaan))
given <- commandArgs(trailingOnly = TRUE)
answers <- read.csv(given[2])
model <- readLines(given[1])
for (k in 1:2) seconds <- system.time(sem(model, data = answers, missing = "fiml"))[["elapsed"]]
cat(seconds)
"""


def _of_lavaan(model: Path, data: Path) -> float | None:
    """Measure lavaan's second fit, R's start not counted; None where R or lavaan is absent."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    command = [rscript, "-e", LAVAAN, str(model), str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


def _of_semopy(model: Path, answers: pd.DataFrame) -> float:
    """Measure semopy's fit alone, on centred answers, which is its best case."""
    centred = answers - answers.mean()
    begun = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        semopy.Model(model.read_text(encoding="utf-8")).fit(centred, obj="FIML")
    return time.perf_counter() - begun


def fiml() -> list[Line]:
    """FIML with standard errors and fit measures, about a tenth of the answers missing."""
    folder = ROOT / "tests" / "golden"
    model, data, name = folder / "model.lav", folder / "data_missing.csv", "golden data, 8 % missing"
    if MOBI.exists():
        model, data, name = MOBI / "core.lav", MOBI / "mobi_missing10.csv", "core of mobi, 10 % missing"
    answers = pd.read_csv(data)
    columns = {code: np.asarray(answers[code]) for code in answers.select_dtypes("number")}
    text = model.read_text(encoding="utf-8")
    ours = best_of(3, lambda: cbsem.fit(text, columns, missing="fiml"))
    lavaan = _of_lavaan(model, data)
    if lavaan is not None:
        return [Line(f"FIML of {name}", ours, lavaan, "lavaan (R)")]
    note = "lavaan is compared where Rscript finds it (Debian: r-cran-lavaan)"
    return [Line(f"FIML of {name}", ours, _of_semopy(model, answers), "semopy, fit alone", note)]
