"""How far every estimate is from the R packages: runs the comparing tests and prints a table by file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHELVES = (ROOT / "tests" / "golden", ROOT.parent / "shared" / "reference" / "mobi")


def main() -> int:
    """Run the tests of csi_model with a log of comparisons; exit with pytest's code."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "comparisons.jsonl"
        log.touch()
        command = [sys.executable, "-m", "pytest", "tests/csi_model", "-q", "-p", "no:cacheprovider"]
        code = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=os.environ | {"MANYI_REFERENCE_LOG": str(log)}, check=False
        ).returncode
        rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_file[row["file"]].append(row)
    print(f"\n{'file':<52}{'figures':>9}{'largest':>11}{'relative':>11}  allowed")
    for file in sorted(by_file):
        found = by_file[file]
        print(
            f"{file:<52}{sum(row['n'] for row in found):>9}{max(row['largest'] for row in found):>11.1e}"
            f"{max(row['relative'] for row in found):>11.1e}  "
            f"{', '.join(sorted({row['allowed'] for row in found}))}"
        )
    print(f"{'all':<52}{sum(row['n'] for row in rows):>9}")
    for shelf in SHELVES:
        if not shelf.is_dir():
            print(f"{shelf} is not here: nothing was compared with it.")
            continue
        left = [path.name for path in sorted(shelf.glob("*.json")) if path.name not in by_file]
        if left:
            print(f"Not in this table, of {shelf.parent.name}/{shelf.name}: {', '.join(left)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
