"""The satisfaction index and its statistics: numpy and scipy, no web and no SQL.

`prepare`, `estimate` and `document` lead from answers to the index. The figures beside it each take answers:
`net_promoter`, `boxes` (top and bottom boxes, customer effort), `classify_service` (Kano), `price_tolerance`,
`retention_map`, `facet_scores`, `expectation_gaps`. What to do first: `ranked`, `scenario`, `stated`.
Weights: `rake`. docs/method.md has the formula and an example of each.
"""

from csi_model.assess import assess
from csi_model.companions import boxes, net_promoter
from csi_model.drivers import ranked, scenario, stated
from csi_model.errors import (
    Caution,
    ConvergenceError,
    DataError,
    IdentificationError,
    ModelError,
    SpecificationError,
)
from csi_model.estimate import Result, estimate, estimate_groups
from csi_model.expectations import TierAnswers, expectation_gaps
from csi_model.kano import classify_service
from csi_model.options import Options
from csi_model.prepare import IndicatorMatrix, prepare
from csi_model.price_tolerance import price_tolerance
from csi_model.report import document
from csi_model.retention import facet_scores, retention_map
from csi_model.scores import respondent_scores
from csi_model.specify import Construct, Dimension, Indicator, ModelSpec
from csi_model.units import side_by_side
from csi_model.waves import follow
from csi_model.weighting import rake

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
    "TierAnswers",
    "assess",
    "boxes",
    "classify_service",
    "document",
    "estimate",
    "estimate_groups",
    "expectation_gaps",
    "facet_scores",
    "follow",
    "net_promoter",
    "prepare",
    "price_tolerance",
    "rake",
    "ranked",
    "respondent_scores",
    "retention_map",
    "scenario",
    "side_by_side",
    "stated",
]
