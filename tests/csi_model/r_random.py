"""R's random numbers from R's seeds, so that resamples of R packages can be drawn again.

Mersenne Twister with "Rejection" sampling is R's default since 3.6 (`RNGkind`); L'Ecuyer's combined generator
gives one stream to each resample in future.apply, through which cSEM resamples.
"""

from typing import Any

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.answers.sample import Sample
from csi_model.answers.treatment import Source
from csi_model.options import Options
from csi_model.resampling.estimator import Estimator
from csi_model.specify import ModelSpec

WORD = 0xFFFFFFFF
State = tuple[list[int], list[int]]
MODULI = (4294967087, 4294944443)
RECURSIONS = (
    ((0, 1, 0), (0, 0, 1), (-810728, 1403580, 0)),
    ((0, 1, 0), (0, 0, 1), (-1370589, 0, 527612)),
)


def _scrambled(seed: int, times: int = 50) -> int:
    for _ in range(times):
        seed = (69069 * seed + 1) & WORD
    return seed


class _Sampling:
    """`sample()` of R on top of a source of 16 random bits."""

    def bits(self) -> int:
        raise NotImplementedError

    def below(self, n: int) -> int:
        """One whole number from 0 to n − 1: bits are drawn until they make one."""
        width = (n - 1).bit_length()
        while True:
            value = 0
            for _ in range(0, width + 1, 16):
                value = value << 16 | self.bits()
            value &= (1 << width) - 1
            if value < n:
                return value

    def rows(self, n: int) -> np.ndarray:
        """`sample(n, replace = TRUE) - 1`."""
        return np.array([self.below(n) for _ in range(n)])

    def order(self, n: int) -> np.ndarray:
        """`sample(n) - 1`."""
        left, found = list(range(n)), []
        while left:
            place = self.below(len(left))
            found.append(left[place])
            left[place] = left[-1]
            left.pop()
        return np.array(found)


class Mersenne(_Sampling):
    """After `set.seed(seed)`."""

    def __init__(self, seed: int) -> None:
        key = [seed := _scrambled(seed, 51)]
        key += [seed := _scrambled(seed, 1) for _ in range(624)]
        self._generator = np.random.MT19937()
        self._generator.state = {
            "bit_generator": "MT19937",
            "state": {"key": np.array(key[1:], dtype=np.uint32), "pos": 624},
        }

    def bits(self) -> int:
        return int(self._generator.random_raw()) >> 16

    def uniform(self) -> float:
        """`runif(1)`."""
        return int(self._generator.random_raw()) * 2.3283064365386963e-10


class LEcuyer(_Sampling):
    """MRG32k3a from a state of six numbers (L'Ecuyer 1999)."""

    def __init__(self, state: State) -> None:
        self.first, self.second = (list(part) for part in state)

    def bits(self) -> int:
        one = (1403580 * self.first[1] - 810728 * self.first[0]) % MODULI[0]
        two = (527612 * self.second[2] - 1370589 * self.second[0]) % MODULI[1]
        self.first, self.second = [*self.first[1:], one], [*self.second[1:], two]
        return int((one - two if one > two else one - two + MODULI[0]) * 2.328306549295728e-10 * 65536)


def seed_state(seed: int) -> State:
    """`.Random.seed` after `set.seed(seed, kind = "L'Ecuyer-CMRG")`."""
    found: list[int] = []
    seed = _scrambled(seed)
    while len(found) < 6:
        seed = _scrambled(seed, 1)
        if seed < MODULI[1]:
            found.append(seed)
    return found[:3], found[3:]


def next_stream(state: State) -> State:
    """`parallel::nextRNGStream`."""
    return _moved(STREAM, state)


def streams(seed: int, n: int) -> list[LEcuyer]:
    """The generators of n tasks as future.apply deals them from one seed (`make_rng_seeds`)."""
    state, found = seed_state(seed), []
    for _ in range(n):
        found.append(LEcuyer(_moved(SUBSTREAM, state)))
        state = next_stream(state)
    return found


def _jump(doublings: int) -> list[list[list[int]]]:
    """Both recursions 2^doublings steps ahead."""
    found = []
    for recursion, modulus in zip(RECURSIONS, MODULI, strict=True):
        matrix = np.array(recursion, dtype=object)
        for _ in range(doublings):
            matrix = matrix @ matrix % modulus
        found.append(matrix.tolist())
    return found


def _moved(jump: list[list[list[int]]], state: State) -> State:
    first, second = (
        [sum(a * b for a, b in zip(row, part, strict=True)) % modulus for row in matrix]
        for matrix, part, modulus in zip(jump, state, MODULI, strict=True)
    )
    return first, second


STREAM, SUBSTREAM = _jump(127), _jump(76)


class Replayed:
    """A source of moments that gives given resamples instead of those it is asked for, in their order.

    Counts of one respondent each are the sample itself and stay.
    """

    def __init__(self, source: Source, rows: np.ndarray) -> None:
        self._source = source
        self._counts = np.stack([np.bincount(each, minlength=rows.shape[1]) for each in rows]).astype(float)

    def of_counts(self, counts: np.ndarray) -> Moments:
        if (counts == 1).all():
            return self._source.of_counts(counts)
        now, self._counts = np.split(self._counts, [len(counts)])
        assert len(now) == len(counts), "more resamples are asked for than given"
        return self._source.of_counts(now)


class Shuffled:
    """Stands in for a generator: shuffles in given orders, again from the first when all are used up."""

    def __init__(self, orders: np.ndarray) -> None:
        self._orders, self._next = orders, 0
        self.integers = np.random.default_rng(0).integers

    def permuted(self, rows: np.ndarray, axis: int) -> np.ndarray:
        """Shuffle each row by the next order."""
        assert axis == 1
        places = (self._next + np.arange(len(rows))) % len(self._orders)
        self._next += len(rows)
        return np.take_along_axis(rows, self._orders[places], axis=1)


def replayed(spec: ModelSpec, sample: Sample, rows: np.ndarray, **options: Any) -> Estimator:
    """Make an estimator that is resampled by the rows given, in their order."""
    found = Estimator(spec, sample, Options(bootstrap=len(rows), **options))
    found.moments  # noqa: B018  of the sample itself, before anything is replayed
    found.counted = Replayed(found.counted, rows)
    return found
