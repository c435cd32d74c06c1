"""Many samples estimated in processes side by side, with seeds that do not depend on their number."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing.context import BaseContext

import numpy as np

from csi_model.answers.checks import check_varied
from csi_model.answers.pooled import sharing
from csi_model.answers.sample import By, Sample
from csi_model.arrays import F64
from csi_model.errors import Caution, DataError, ModelError
from csi_model.estimation.one import estimate_one
from csi_model.estimation.result import Result
from csi_model.estimation.threads import one_thread
from csi_model.inference import seeds
from csi_model.options import Options, Progress
from csi_model.specify import ModelSpec

Task = tuple[str, ModelSpec, Sample, Options, F64 | None]


def estimate_groups(
    whole: Result, sample: Sample, by: By, progress: Progress | None = None
) -> tuple[dict[str, Result | None], list[Caution]]:
    """Estimate each group of an estimated sample; one below the floor, or refused, is None, with a caution.

    Models, options and, by default, the question shares of points are those of the whole.

    The numbers do not depend on `options.jobs`, the number of processes, nor on which other groups there are,
    but for small groups with gaps, which share the covariance within all groups (`pooled.sharing`) where they
    share the weights: each
    group's seed comes from `options.seed`, the columns and its name. Groups keep no draws.
    """
    spec, options = whole.spec, whole.options
    common = whole.points.construct_shares[0] if options.group_weights == "common" else None
    split = sample.split(by, options.floor)
    samples = split.samples
    if options.method != "cbsem" and common is not None:
        samples = sharing(sample, by, samples, spec.home, options.missing)
    cautions = list(split.cautions)
    found: dict[str, Result | None] = dict.fromkeys(split.parts)
    tasks = [
        (name, spec, part, replace(of_part(options, by, name), jobs=1), common)
        for name, part in samples.items()
    ]
    for done, (name, outcome) in enumerate(_run(tasks, options.jobs, cautions), start=1):
        if isinstance(outcome, ModelError):
            about = outcome.about if name in outcome.about else (name, *outcome.about)
            said = outcome.message if name in outcome.about else f"{name}: {outcome.message}"
            cautions.append(Caution("group-refused", said, about=about))
        else:
            found[name] = outcome
        if progress is not None:
            progress(done / len(tasks))
    return found, cautions


def of_part(options: Options, by: By, name: str) -> Options:
    """Give the options for a part of a sample: in every call a part is drawn by the seed of its name."""
    return replace(options, seed=seed_of_group(options.seed, by, name))


def seed_of_group(seed: int, by: By, name: str) -> int:
    """Derive a group's seed from that of the whole, the columns that it is a group by, and its name.

    Yes in one column and yes in another are two groups, which are drawn apart.
    """
    columns = (by,) if isinstance(by, str) else by
    return seeds.of_part(seed, columns, name)


def _run(tasks: list[Task], jobs: int, cautions: list[Caution]) -> Iterator[tuple[str, Result | ModelError]]:
    done = 0
    if jobs > 1 and len(tasks) > 1:
        # Small chunks: progress is seen as it is made, and no process ends long before the others.
        chunk = max(1, len(tasks) // (32 * jobs))
        try:
            # Answers go to each process once, when it starts. Sent task by task they would fill the pipe,
            # and Python before 3.11.5 waits for ever where a process dies with a full pipe (gh-94777).
            with ProcessPoolExecutor(
                min(jobs, len(tasks)), mp_context=_processes(), initializer=_take, initargs=(tasks,)
            ) as pool:
                for outcome in pool.map(_one_taken, range(len(tasks)), chunksize=chunk):
                    done += 1
                    yield outcome
        except (BrokenProcessPool, BrokenPipeError):
            # Memory ran out, or a script that is not guarded by __name__ cannot be read by the workers.
            message = f"Worker processes ended early; {len(tasks) - done} groups were estimated one by one."
            cautions.append(Caution("workers-ended", message, about=(f"{len(tasks) - done} / {len(tasks)}",)))
    yield from map(_one_group, tasks[done:])


def _processes() -> BaseContext:
    """Give processes that do not inherit this one's threads: a fork of the linear algebra's could hang."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


_taken: list[Task] = []  # in a worker process: what it may be asked for


def _take(tasks: list[Task]) -> None:
    _taken[:] = tasks


def _one_taken(place: int) -> tuple[str, Result | ModelError]:
    return _one_group(_taken[place])


def _one_group(task: Task) -> tuple[str, Result | ModelError]:
    name, spec, sample, options, common = task
    try:
        check_varied(sample, f"In group {name!r}", name, "Leave the indicator or the group out.")
        with one_thread():  # of the figures that are made before the draws go, too
            return name, estimate_one(spec, sample, options, common=common).without_draws()
    except ModelError as error:
        return name, error
    except np.linalg.LinAlgError:
        return name, DataError(
            "Its answers cannot be told apart.", code="singular", remedy="Join small groups."
        )
