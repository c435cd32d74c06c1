"""The satisfaction index and its statistics: numpy and scipy, no web and no SQL."""

from csi_model.assess import assess
from csi_model.errors import (
    Caution,
    ConvergenceError,
    DataError,
    IdentificationError,
    ModelError,
    SpecificationError,
)
from csi_model.estimate import Options, Result, estimate, estimate_groups
from csi_model.prepare import IndicatorMatrix, prepare
from csi_model.report import document
from csi_model.scores import respondent_scores
from csi_model.specify import Construct, Dimension, Indicator, ModelSpec
from csi_model.units import side_by_side
from csi_model.waves import follow

__all__ = [
    "Caution",
    "Construct",
    "ConvergenceError",
    "DataError",
    "Dimension",
    "IdentificationError",
    "Indicator",
    "IndicatorMatrix",
    "ModelError",
    "ModelSpec",
    "Options",
    "Result",
    "SpecificationError",
    "assess",
    "document",
    "estimate",
    "estimate_groups",
    "follow",
    "prepare",
    "respondent_scores",
    "side_by_side",
]
