"""Every respondent's construct scores in points: of what was answered, or with gaps at their expectation."""

from __future__ import annotations

import numpy as np

from csi_model.answers.expected import filled
from csi_model.answers.sample import Sample, points_of
from csi_model.arrays import F64, Mask
from csi_model.errors import DataError
from csi_model.estimation.estimated import Estimated
from csi_model.measures.points import by_shares
from csi_model.resampling.estimator import Estimator


def respondent_scores(result: Estimated, sample: Sample) -> F64:
    r"""Score respondents on every construct by the weights of an estimation.

    Parameters
    ----------
    sample
        The answers that were estimated, or others to the same questions: the weights stay as they are.

    Returns
    -------
    ndarray of shape (n_respondents, n_constructs)
        0 to 100. A gap is passed over: the answered questions keep their weights relative to each other;
        ``nan`` for who answered none of a construct's questions, and for interactions. Of complete answers
        the weighted mean is the construct's points.

    Raises
    ------
    DataError
        The columns are not the model's questions in order.

    Notes
    -----
    .. math:: P_{nj} = \sum_i a_{ni}\, \omega_{ij}\, s_{ni} / \sum_i a_{ni}\, \omega_{ij}

    with question points s, `Points.construct_shares` :math:`\omega`, and a 1 where answered, else 0.

    References
    ----------
    Fornell, Johnson, Anderson, Cha and Bryant (1996), Journal of Marketing 60(4), 7-18, appendix.
    """
    _check_questions(result, sample)
    points, shares = sample.points, result.points.construct_shares[0]
    answered = ~np.isnan(points)
    mass = answered @ shares
    total = by_shares(np.where(answered, points, 0.0), shares)
    scores = np.divide(total, mass, out=np.full_like(mass, np.nan), where=mass > 0)
    return np.asarray(np.clip(scores, 0.0, 100.0))  # rounding may lead a hair beyond the ends


def index_among(result: Estimated, sample: Sample) -> float:
    """Give the index of some respondents: that of `points_among`."""
    return float(points_among(result, sample)[result.spec.place[result.spec.index]])


def points_among(result: Estimated, sample: Sample) -> F64:
    """Give the points of some respondents by the weights of an estimation, gaps treated as there.

    Of the respondents who were estimated they are those of that estimation: only who counts differs, not how
    it is reckoned.

    Parameters
    ----------
    sample
        Answers to the same questions, with gaps.

    Returns
    -------
    ndarray of shape (n_constructs,)
        0 to 100; ``nan`` where a question of the model was answered by none of them, and for interactions.

    Raises
    ------
    DataError
        The columns are not the model's questions in order, or no moments are found.
    """
    _check_questions(result, sample)
    spec = result.spec
    if np.isnan(sample.values).all(axis=0).any():
        return np.full(len(spec.constructs), np.nan)
    estimator = result.estimator or Estimator(spec, sample, result.options)
    moments = estimator.moments_of(sample)
    scores = points_of(moments.level[0], spec.scales)
    return np.where(spec.scored, by_shares(scores, result.points.construct_shares[0]), np.nan)


def expected_scores(result: Estimated, sample: Sample) -> tuple[F64, Mask]:
    r"""Score respondents with each gap at its conditional expectation, and say where that was needed.

    Parameters
    ----------
    sample
        The answers that were estimated, or others to the same questions.

    Returns
    -------
    scores : ndarray of shape (n_respondents, n_constructs)
        0 to 100; ``nan`` for interactions.
    expected : boolean ndarray of the same shape
        Whether a question of the construct was not answered.

    Raises
    ------
    DataError
        The columns are not the model's questions in order.

    Notes
    -----
    .. math:: P_{nj} = \sum_i \omega_{ij}\, E(s_{ni} \mid \text{what n answered})

    under the moments of the estimation. Their weighted mean is the construct's points where these moments are
    by maximum likelihood, or where nothing is missing.
    """
    _check_questions(result, sample)
    moments, scales = result.moments, result.spec.scales
    values = filled(sample.values, moments.mean[0], moments.cov[0])
    shares = result.points.construct_shares[0]
    scores = by_shares(points_of(values, scales), shares)
    gaps = np.isnan(sample.values).astype(float) @ result.spec.block_mask > 0
    return np.where(result.spec.scored, np.clip(scores, 0.0, 100.0), np.nan), gaps


def _check_questions(result: Estimated, sample: Sample) -> None:
    if sample.codes != result.spec.indicator_ids:
        raise DataError(
            "The answers are not those to this model's questions.",
            code="other-questions",
            remedy="Prepare them with prepare(spec, columns).",
        )
