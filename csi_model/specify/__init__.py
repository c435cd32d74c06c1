"""The model: indicators, dimensions, constructs and paths; YAML in and out, lavaan syntax in."""

from csi_model.specify.elements import APPROACHES, MODES, Construct, Dimension, Indicator
from csi_model.specify.model import ModelSpec

__all__ = ["APPROACHES", "MODES", "Construct", "Dimension", "Indicator", "ModelSpec"]
