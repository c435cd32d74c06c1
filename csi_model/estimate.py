"""One call from a model and answers to every figure: estimates, intervals, groups."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing.context import BaseContext
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from threadpoolctl import threadpool_limits

from csi_model import consistent, covariance, index, measurement, resample, stages, weight_effect
from csi_model.cautions import cautions_of
from csi_model.errors import Caution, DataError, ModelError, SpecificationError
from csi_model.index import Points
from csi_model.moments import Moments, RandomGroups, source
from csi_model.options import Options
from csi_model.pls import Solution
from csi_model.prepare import IndicatorMatrix
from csi_model.resample import Draws
from csi_model.resampled import Resampled, resampled
from csi_model.specify import ModelSpec

Task = tuple[str, ModelSpec, IndicatorMatrix, "Options"]
Progress = Callable[[float], None]
Interval = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Result:
    """Everything estimated from one sample; arrays as in `pls.Solution`, a batch of one.

    A group's result keeps the intervals (`summary`) and the number of failed draws, not the draws: those of
    hundreds of groups would fill the memory.
    """

    spec: ModelSpec
    options: Options
    moments: Moments
    solution: Solution
    points: Points
    resampled: Resampled | None
    n_respondents: int
    n_used: int
    cautions: tuple[Caution, ...]
    groups: Mapping[str, Result | None] = field(default_factory=dict)
    covariance: covariance.Fitted | None = None
    summary: Mapping[str, Interval | None] = field(default_factory=dict)
    failed: int = 0
    interval_kind: str = "percentile"
    weighting: weight_effect.WeightEffect | None = None

    @cached_property
    def estimates(self) -> Draws:
        """The sample's estimates in the same shape as the draws, one row."""
        return resample.describe(self.moments, self.spec, self.solution)

    @cached_property
    def items(self) -> measurement.Items:
        """What measures each construct: questions, and component scores for the second order."""
        return measurement.items(self.spec, self.moments, self.solution)

    @property
    def draws(self) -> Draws | None:
        """Estimates of the resamples, where they are kept."""
        return None if self.resampled is None else self.resampled.draws

    @property
    def n_failed(self) -> int:
        """Resamples without a solution."""
        return self.failed if self.draws is None else int((~self._usable).sum())

    def without_draws(self) -> Result:
        """Give the result with its intervals but without the draws they come from."""
        if self.draws is None:
            return self
        summary = {name: self.interval(name) for name in Draws._fields}
        return replace(self, resampled=None, summary=summary, failed=self.n_failed)

    @cached_property
    def _usable(self) -> NDArray[np.bool_]:
        if self.draws is None:
            return np.zeros(0, dtype=bool)
        return np.asarray(np.isfinite(self.draws.constructs[:, self.spec.scored]).all(axis=1))

    @cached_property
    def _intervals(self) -> dict[str, Interval | None]:
        return {}

    def interval(self, name: str) -> Interval | None:
        """Give standard errors and interval ends of one field of `Draws`, or None where there are none."""
        if name not in self._intervals:
            self._intervals[name] = self._interval(name)
        return self._intervals[name]

    def _interval(self, name: str) -> Interval | None:
        point = getattr(self.estimates, name)[0]
        if self.covariance is not None:
            error = self.covariance.errors.get(name)
            if error is None:
                return None
            half = ndtri(0.5 + self.options.level / 2) * error
            return error, point - half, point + half
        if self.resampled is None:
            return self.summary.get(name)
        usable = getattr(self.resampled.draws, name)[self._usable]
        if len(usable) < 2:
            nothing = np.full(point.shape, np.nan)
            return nothing, nothing, nothing
        with np.errstate(invalid="ignore"):
            error = usable.std(axis=0, ddof=1)
        return error, *self.resampled.ends(name, point, self._usable, self.options.level)


def estimate(
    spec: ModelSpec,
    data: IndicatorMatrix,
    options: Options | None = None,
    *,
    groups: ArrayLike | None = None,
    progress: Progress | None = None,
) -> Result:
    """Estimate a model, with intervals and by group where asked.

    Parameters
    ----------
    groups
        A label per respondent of `data`, empty for none; each group is estimated with its own seed, derived
        from `options.seed` and its name. A group below `options.floor` is not shown (None), below
        `indicative` it is marked.

    Raises
    ------
    ConvergenceError, DataError
        As the message says; nothing is guessed.
    """
    options = options or Options()
    labels = None if groups is None else np.asarray(groups).astype(str)
    share = 1.0 if labels is None else 1 / (1 + len(set(labels.tolist()) - {""}))
    whole = _estimate(spec, data, options, progress=_part(progress, 0.0, share))
    if labels is None:
        return whole
    if len(labels) != len(data.values):
        raise DataError(
            f"{len(labels)} groups for {len(data.values)} rows.", code="groups", remedy="Give one each."
        )
    found, cautions = estimate_groups(spec, data, options, labels, _part(progress, share, 1.0))
    return replace(whole, groups=found, cautions=(*whole.cautions, *cautions))


def _part(progress: Progress | None, start: float, end: float) -> Progress | None:
    return None if progress is None else lambda share: progress(start + (end - start) * share)


def _estimate(
    spec: ModelSpec, data: IndicatorMatrix, options: Options, *, progress: Progress | None = None
) -> Result:
    large = len(data.values) > resample.LARGE and options.missing != "fiml"
    _check_method(spec, options.method)
    given = data
    if options.method == "cbsem":
        data = covariance.usable(data, options.missing)
    data = stages.augment(spec, data, options.missing)
    moments_of = source(data, options.missing) if not large else None
    drawn_from = moments_of or RandomGroups(data, np.random.default_rng([options.seed, 1]))
    if isinstance(drawn_from, RandomGroups):
        moments = drawn_from.sample()
    else:
        moments = drawn_from.of_counts(np.ones((1, len(data.values))))
    fitted = None
    if options.method == "cbsem":
        fitted = covariance.fit(spec, data, moments, options.missing)
        solution = fitted.solution
    else:
        solution = stages.solve_one(moments, spec, options.scheme, stages.center(spec, data))
        moments = stages.own(moments, spec)
        if options.method == "plsc":
            solution = consistent.correct(moments.corr, solution, spec)
            consistent.check(solution, moments.corr, spec)
    scored = index.points(spec, moments.mean, moments.cov, solution.weights)
    if fitted is not None:
        fitted.errors["constructs"] = covariance.point_errors(spec, data, scored)
    drawn = None
    if options.bootstrap and fitted is None:
        drawn = resampled(spec, data, drawn_from, options, progress)
    result = Result(
        spec, options, moments, solution, scored, drawn, data.n_respondents, len(data.values), (),
        covariance=fitted, interval_kind=drawn.kind if drawn else "percentile",
        weighting=weight_effect.measure(
            spec, given, lambda plain: _estimate(spec, plain, replace(options, bootstrap=0)).points
        ),
    )  # fmt: skip
    return replace(result, cautions=(*data.cautions, *cautions_of(result, given)))


def _check_method(spec: ModelSpec, method: str) -> None:
    """Refuse what a method cannot estimate; the covariance model takes second-order constructs."""
    refused = {
        "Second-order constructs": method == "plsc" and any(c.components for c in spec.constructs),
        "Interactions": method != "pls" and any(c.product for c in spec.constructs),
    }
    for what, is_refused in refused.items():
        if is_refused:
            raise SpecificationError(
                f"{what} are estimated by PLS, not by {method}.",
                code="staged",
                remedy="Choose method pls, or leave them out.",
            )


def estimate_groups(
    spec: ModelSpec, data: IndicatorMatrix, options: Options, labels: NDArray[Any], progress: Progress | None
) -> tuple[dict[str, Result | None], list[Caution]]:
    """Estimate each group apart; one below the floor, or refused, is None and named in a caution.

    The numbers do not depend on `options.jobs`, the number of processes, nor on which other groups there are:
    each group's seed comes from `options.seed` and its name. Respondents with an empty label are of no group.
    Groups keep no draws.
    """
    names = sorted(set(labels.tolist()) - {""})
    tasks, found, cautions = [], dict[str, "Result | None"](), list[Caution]()
    for name in names:
        rows = labels == name
        found[name] = None
        if rows.sum() < options.floor:
            cautions.append(
                Caution(
                    "small-group",
                    f"{name}: {int(rows.sum())} respondents, fewer than {options.floor}; not shown.",
                )
            )
        else:
            own = replace(options, seed=seed_of_group(options.seed, name), jobs=1)
            tasks.append((name, spec, data.subset(rows), own))
    for done, (name, outcome) in enumerate(_run(tasks, options.jobs, cautions), start=1):
        if isinstance(outcome, ModelError):
            cautions.append(Caution("group-refused", f"{name}: {outcome}"))
        else:
            found[name] = outcome
        if progress is not None:
            progress(done / len(tasks))
    return found, cautions


def seed_of_group(seed: int, name: str) -> int:
    """Derive a group's seed from that of the whole and the group's name."""
    return int(np.random.SeedSequence([seed, 2, *name.encode()]).generate_state(1)[0])


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
            cautions.append(Caution("workers-ended", message))
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
    name, spec, data, options = task
    try:
        answered = ~np.isnan(data.values)
        for column, code in enumerate(data.codes):
            seen = data.values[answered[:, column], column]
            if len(seen) < 2 or seen.min() == seen.max():
                raise DataError(
                    f"{code} does not vary here.", code="constant-column", remedy="Join small groups."
                )
        # One thread of linear algebra: groups are small, and processes with several each get in each
        # other's way. The same in one process, so that the last digit does not tell how many there were.
        with threadpool_limits(limits=1, user_api="blas"):
            return name, _estimate(spec, data, options).without_draws()
    except ModelError as error:
        return name, error
    except np.linalg.LinAlgError:
        return name, DataError(
            "Its answers cannot be told apart.", code="singular", remedy="Join small groups."
        )
