"""Run all benchmarks, or those named: ``python -m benchmarks bootstrap million``."""

import sys
import time
from collections.abc import Callable

from benchmarks import collection, covariance, drafts, estimation, gaps, storage
from benchmarks.table import Line, show

BENCHMARKS: dict[str, Callable[[], list[Line]]] = {
    "bootstrap": estimation.bootstrap,
    "large": estimation.large_bootstrap,
    "million": estimation.million,
    "fleet": estimation.fleet,
    "labels": estimation.labels,
    "gaps": gaps.treatments,
    "fiml": covariance.fiml,
    "matrix": storage.matrix_of_a_million,
    "collection": collection.collection,
    "editing": drafts.editing,
    "log": drafts.log,
}


def main() -> None:
    """Run the benchmarks one after the other and print a line each."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]}. Known: {', '.join(BENCHMARKS)}.")
    for name in wanted:
        begun = time.perf_counter()
        for line in BENCHMARKS[name]():
            show(line)
        print(f"  ({name}: {time.perf_counter() - begun:.0f} s in all)", file=sys.stderr)


if __name__ == "__main__":
    main()
