"""How many kinds of respondents differ in what satisfies them? FIMIX-PLS for several numbers of segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from csi_model.answers.expected import filled
from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.errors import Caution, DataError, SpecificationError
from csi_model.estimation.estimated import Estimated
from csi_model.estimation.scores import respondent_scores
from csi_model.inference import seeds
from csi_model.inference.means import n_effective
from csi_model.inference.plain import plain
from csi_model.options import FLOOR, Progress
from csi_model.segmentation.fimix import LEAST_VARIANCE, Mixture, mixture
from csi_model.specify import ModelSpec

MOST = 5
TIMES = 10  # respondents for each source of a construct: the usual rule for a regression of scores
MANY_IMPUTED = 0.05
CRITERIA = ("aic3", "bic", "caic")


class Criteria(NamedTuple):
    """What says how many segments there are: lower is better, but for entropy, which is 0 to 1."""

    n_parameters: int
    aic3: float
    bic: float
    caic: float
    entropy: float


@dataclass(frozen=True)
class Segmentation:
    """Mixtures of 1, 2, … segments of one sample.

    Attributes
    ----------
    mixtures : tuple of Mixture
        Place k holds that of k + 1 segments.
    criteria : tuple of Criteria
    scores : ndarray of shape (n_respondents, n_constructs)
        Standardised, gaps filled by expectation.
    points : ndarray of shape (n_respondents,)
        Of the index; ``nan`` for who answered none of its questions.
    imputed : float
        Share of the answers that were filled.
    least : int
        Respondents below which nothing is said of a segment.
    """

    spec: ModelSpec
    sample: Sample
    mixtures: tuple[Mixture, ...]
    criteria: tuple[Criteria, ...]
    scores: F64
    points: F64
    imputed: float
    least: int
    cautions: tuple[Caution, ...]

    @property
    def lowest(self) -> dict[str, int]:
        """For each criterion, the number of segments that has the lowest."""
        return {
            name: 1 + int(np.argmin([getattr(each, name) for each in self.criteria])) for name in CRITERIA
        }

    @property
    def suggested(self) -> int | None:
        """The number on which AIC3 and CAIC agree; None where they do not.

        References
        ----------
        Sarstedt, Becker, Ringle and Schwaiger (2011), Schmalenbach Business Review 63(1), 34-62.
        """
        found = self.lowest
        return found["aic3"] if found["aic3"] == found["caic"] else None

    def plain(self) -> dict[str, Any]:
        """Give everything but memberships as plain values."""
        written: dict[str, Any] = plain(
            {
                "n_used": len(self.sample),
                "imputed": self.imputed,
                "least": self.least,
                "lowest": self.lowest,
                "suggested": self.suggested,
                "solutions": [
                    {"k": len(each.share), "log_likelihood": each.log_likelihood}
                    | criteria._asdict()
                    | {"segments": [self._segment(each, k) for k in range(len(each.share))]}
                    for each, criteria in zip(self.mixtures, self.criteria, strict=True)
                ],
                "cautions": [caution.plain() for caution in self.cautions],
            }
        )
        return written

    def _segment(self, found: Mixture, k: int) -> dict[str, Any]:
        mass = found.membership[:, k]
        size = float(mass.sum())
        if size < self.least:
            return {"n": size, "share": None, "points": None, "paths": None}
        weights, there = self.sample.weights * mass, np.isfinite(self.points)
        place = self.spec.place
        return {
            "n": size,
            "share": float(found.share[k]),
            "points": float(weights[there] @ self.points[there] / weights[there].sum()),
            "paths": [
                {
                    "source": source,
                    "target": target,
                    "estimate": float(found.paths[k, place[target], place[source]]),
                }
                for source, target in self.spec.paths
            ],
        }


def segments(
    result: Estimated,
    sample: Sample,
    *,
    most: int = MOST,
    n_starts: int = 10,
    progress: Progress | None = None,
) -> Segmentation:
    r"""Look for segments of respondents with other paths between the scores of an estimation.

    Parameters
    ----------
    result
        By PLS; its seed deals the starts.
    sample
        The answers that it was estimated from. Gaps are filled by their conditional expectation under the
        estimation's moments; where it took whole rows alone (listwise), so does this.
    most
        From 1 up to this number of segments, 10 at most.

    Raises
    ------
    SpecificationError
        The estimation is not by PLS.
    DataError
        An impossible number of segments; fewer respondents than one segment needs.

    Notes
    -----
    With :math:`N_K = (K - 1) + K (n_{paths} + n_{targets})` parameters: AIC3 = −2 ln L + 3 N, BIC = −2 ln L +
    N ln n, CAIC = −2 ln L + N (ln n + 1), and the entropy statistic EN = 1 − Σ −P ln P / (n ln K). Weights
    are scaled to sum to the effective number of answers n.

    References
    ----------
    Hahn, Johnson, Herrmann and Huber (2002), Schmalenbach Business Review 54(3), 243-269; Ramaswamy,
    DeSarbo, Reibstein and Robinson (1993), Marketing Science 12(1), 103-124 (EN).
    """
    spec = result.spec
    if result.options.method != "pls":
        raise SpecificationError(
            "Segments are looked for in the scores of PLS.", code="method", remedy="Choose method pls."
        )
    if not 1 <= most <= 2 * MOST:
        raise DataError(
            f"{most} segments are not 1 to {2 * MOST}.", code="segments", remedy=f"Ask for {MOST}, say."
        )
    if result.options.missing == "listwise":
        sample = sample.complete()
    least = max(FLOOR, TIMES * int(spec.path_matrix.sum(axis=1).max()))
    if len(sample) < least:
        raise DataError(
            f"{len(sample)} respondents, fewer than the {least} that one segment needs.",
            code="too-few-rows",
            remedy="Collect more answers, or use a smaller model.",
        )
    scores = standard_scores(result, sample)
    n = n_effective(sample.weights)
    weights = sample.weights * n / sample.weights.sum()
    found = []
    for k in range(1, most + 1):
        rng = seeds.generator(result.options.seed, seeds.SEGMENTS, k)
        found.append(mixture(scores, weights, spec.path_matrix, k, rng, n_starts))
        if progress is not None:
            progress(k / most)
    imputed = float(np.isnan(sample.values).mean())
    points = respondent_scores(result, sample)[:, spec.place[spec.index]]
    return Segmentation(
        spec,
        sample,
        tuple(found),
        tuple(_criteria(spec, each, weights) for each in found),
        scores,
        points,
        imputed,
        least,
        tuple(_cautions(spec, found, imputed, least)),
    )


def standard_scores(result: Estimated, sample: Sample) -> F64:
    """Give every respondent's scores, standardised, with gaps filled by expectation, (n, n_constructs)."""
    spec, weights = result.spec, sample.weights / sample.weights.sum()
    moments = result.moments
    values = filled(sample.values, moments.mean[0], moments.cov[0])
    deviations = (values - moments.mean[0]) / np.sqrt(np.diag(moments.cov[0]))
    scores = deviations @ np.where(spec.block_mask, result.solution.weights[0], 0.0)
    for place, construct in enumerate(spec.constructs):
        if construct.product:
            left, right = (scores[:, spec.place[name]] for name in construct.product)
            scores[:, place] = left * right
    scores -= weights @ scores
    return np.asarray(scores / np.sqrt(weights @ scores**2))


def _criteria(spec: ModelSpec, found: Mixture, weights: F64) -> Criteria:
    k, n = len(found.share), float(weights.sum())
    targets = int(spec.path_matrix.any(axis=1).sum())
    count = k - 1 + k * (len(spec.paths) + targets)
    deviance = -2 * found.log_likelihood
    p = np.clip(found.membership, 1e-300, 1.0)
    blur = float(weights @ -(p * np.log(p)).sum(axis=1))
    return Criteria(
        count,
        deviance + 3 * count,
        deviance + count * np.log(n),
        deviance + count * (np.log(n) + 1),
        np.nan if k == 1 else 1 - blur / (n * np.log(k)),
    )


def _cautions(spec: ModelSpec, found: list[Mixture], imputed: float, least: int) -> list[Caution]:
    cautions = []
    if imputed > MANY_IMPUTED:
        message = f"{imputed:.0%} of the answers were missing and stand at what the others let expect."
        cautions.append(Caution("imputed-scores", message, about=(f"{imputed:.0%}",)))
    open_ended = [len(each.share) for each in found if not each.converged]
    if open_ended:
        message = f"EM did not end for {', '.join(map(str, open_ended))} segments."
        cautions.append(Caution("mixture-open", message, about=tuple(f"K = {k}" for k in open_ended)))
    targets = spec.path_matrix.any(axis=1)
    flat = [
        len(each.share) for each in found if (each.variance[:, targets] <= LEAST_VARIANCE * (1 + 1e-9)).any()
    ]
    if flat:
        message = (
            f"With {', '.join(map(str, flat))} segments one is foretold without error: it is an artefact."
        )
        cautions.append(Caution("mixture-degenerate", message, about=tuple(f"K = {k}" for k in flat)))
    small = [len(each.share) for each in found if (each.membership.sum(axis=0) < least).any()]
    if small:
        message = f"With {', '.join(map(str, small))} segments one has fewer than {least} respondents."
        cautions.append(Caution("small-segment", message, about=tuple(f"K = {k}" for k in small)))
    return cautions
