"""How far every figure is from those of the R packages: runs the comparing tests and prints a table by file.

Fails if a figure is further away than its test allows, or if a file of the reference is neither compared nor
known here to hold something else. Relative deviations are those of figures of 0.01 and more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
REFERENCE = ROOT.parent / "shared" / "reference"
# Files that hold no figures of another package to compare with ours, and what they hold.
INPUTS = {
    "*.yaml": "a model or a questionnaire",
    "*.lav": "a model",
    "make_data.py": "makes the simulated answers",
    "lavaan_second_order.R": "makes the figures of the second-order model",
    "data*.csv": "answers",
    "mobi.csv": "answers",
    "mobi_missing10.csv": "answers",
    "mobi_mask10.csv": "which answers were deleted",
    "mobi_groups.csv": "groups of respondents",
    "*_plspredict_folds.csv": "folds that predictions are made with",
    "*.md": "text",
    "benchmarks_public.csv": "published scores of programmes, shown, not computed",
    "blns.json": "hostile strings, typed into every field by tests/web and tests/surveys",
    "lss": "questionnaires, read by tests/surveys",
    "xlsform": "questionnaires, read by tests/surveys",
    "stored": "a database of the release before, whose pages tests/web reads",
}

Row = dict[str, Any]


def main() -> int:
    """Run the tests of csi_model with a log of comparisons; 0 if all held and no file is unknown."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "comparisons.jsonl"
        log.touch()
        command = [sys.executable, "-m", "pytest", "tests/csi_model", "-q", "-p", "no:cacheprovider"]
        code = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=os.environ | {"MANYI_REFERENCE_LOG": str(log)}, check=False
        ).returncode
        rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    by_file: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_file[row["file"]].append(row)
    show_files(by_file)
    show_left(rows)
    unknown = 0
    for shelf in (GOLDEN, REFERENCE / "mobi", REFERENCE / "sim", REFERENCE):
        if shelf.is_dir():
            found = strangers(shelf, set(by_file))
            unknown += len(found)
            print(f"{shelf}: {', '.join(found) or 'nothing'} neither compared nor known.")
        else:
            print(f"{shelf} is not here: nothing was compared with it.")
    return code or int(unknown > 0)


def show_files(by_file: dict[str, list[Row]]) -> None:
    """Print a line for each file: figures compared and left out, largest deviation, allowances."""
    print(f"\n{'file':<52}{'figures':>9}{'largest':>11}{'relative':>11}{'left out':>10}  allowed")
    for file, rows in sorted(by_file.items()):
        met = [row for row in rows if "n" in row]
        print(
            f"{file:<52}{sum(row['n'] for row in met):>9}"
            f"{max((row['largest'] for row in met), default=0.0):>11.1e}"
            f"{max((row['relative'] for row in met), default=0.0):>11.1e}"
            f"{sum(row.get('left', 0) for row in rows):>10}"
            f"  {', '.join(sorted({row['allowed'] for row in met}))}"
        )
    every = [row for rows in by_file.values() for row in rows]
    total, left = (sum(row.get(key, 0) for row in every) for key in ("n", "left"))
    print(f"{'all':<52}{total:>9}{'':>22}{left:>10}")


def show_left(rows: list[Row]) -> None:
    """Print why figures were left out, with their number and files."""
    print("\nLeft out:")
    by_reason: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if "left" in row:
            by_reason[row["reason"]].append(row)
    for reason, met in sorted(by_reason.items(), key=lambda item: -sum(row["left"] for row in item[1])):
        files = {row["file"] for row in met}
        where = files.pop() if len(files) == 1 else f"{len(files)} files"
        print(f"{sum(row['left'] for row in met):>9}  {reason} ({where})")
    print()


def strangers(shelf: Path, compared: set[str]) -> list[str]:
    """Name the files of a folder that were not compared, hold no input and are no copy of a golden file."""
    known = (*INPUTS, "mobi", "sim")
    return [
        path.name
        for path in sorted(shelf.iterdir())
        if _differs(path)
        or not (path.name in compared or any(fnmatchcase(path.name, pattern) for pattern in known))
    ]


def _differs(path: Path) -> bool:
    """Whether a file of `sim` is another than the copy in `tests/golden`, with which figures are compared."""
    copy = GOLDEN / path.name
    return path.parent.name == "sim" and not (copy.is_file() and copy.read_bytes() == path.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
