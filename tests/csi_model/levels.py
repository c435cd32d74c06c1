"""Points on three levels by their definition, to hold an importance-performance map against cSEM's."""

import numpy as np

from csi_model.measures.importance import Levels


def performance(indicator_points: np.ndarray, shares: np.ndarray, dimensions: np.ndarray) -> Levels:
    """Points from question means; a dimension uses its own questions' shares, renormalised."""
    own, member = shares.sum(axis=-1), dimensions.astype(float)
    dimension_points = (own * indicator_points) @ member.T / (own @ member.T)
    return Levels(indicator_points @ shares, dimension_points, indicator_points)
