"""The satisfaction index and its statistics: numpy and scipy, no web and no SQL.

`prepare`, `estimate` and `document` lead from answers to the index. The figures beside it each take answers:
`net_promoter`, `boxes` (top and bottom boxes, customer effort), `classify_service` (Kano), `price_tolerance`,
`retention_map`, `facet_scores`, `expectation_gaps`, `tree_document` (the tree score).
What to do first: `ranked`, `scenario`, `stated`, `asymmetry`. Weights: `rake`. Before a survey:
`answers_needed`, `allocate`, `foresee`. docs/method.md has the formula and an example of each.
"""

from csi_model.answers.labels import Coded
from csi_model.answers.prepare import prepare, prepare_rated
from csi_model.answers.sample import Sample
from csi_model.assessment.assess import assess
from csi_model.assessment.cvpat import compare_predictions
from csi_model.beside.boxes import boxes
from csi_model.beside.consistency import Consistency, consistency
from csi_model.beside.expectations import TierAnswers, expectation_gaps
from csi_model.beside.facets import facet_scores
from csi_model.beside.kano import classify_service
from csi_model.beside.net_promoter import net_promoter
from csi_model.beside.price_tolerance import price_tolerance
from csi_model.beside.retention import retention_map
from csi_model.comparison.compare import compare
from csi_model.comparison.document import document as comparison_document
from csi_model.disclosure.document import withhold
from csi_model.disclosure.floors import decide
from csi_model.errors import (
    Caution,
    ConvergenceError,
    DataError,
    IdentificationError,
    ModelError,
    SpecificationError,
)
from csi_model.estimation.document import document
from csi_model.estimation.estimate import estimate
from csi_model.estimation.groups import estimate_groups, seed_of_group
from csi_model.estimation.multigroup import multigroup
from csi_model.estimation.report import summary
from csi_model.estimation.result import Result
from csi_model.estimation.scores import expected_scores, index_among, respondent_scores
from csi_model.estimation.tables import tables_of
from csi_model.evaluation.measure import effect_of_measure
from csi_model.evaluation.register import Evaluated
from csi_model.improvement.asymmetry import asymmetry
from csi_model.improvement.ranking import rank, ranked
from csi_model.improvement.stated import stated
from csi_model.improvement.what_if import WhatIf, scenario
from csi_model.inference.figures import WITHHELD, Figure
from csi_model.inference.plain import plain
from csi_model.options import (
    ESTIMATORS,
    GROUP_WEIGHTS,
    INTERVALS,
    METHODS,
    MISSING,
    PLS_METHODS,
    SCHEMES,
    Options,
)
from csi_model.segmentation.segments import Segmentation, segments
from csi_model.series.breaks import Bridge, bridge_shift
from csi_model.series.changes import changes_document
from csi_model.series.follow import follow
from csi_model.series.items import items_of
from csi_model.series.wave import Form
from csi_model.specify import Construct, Dimension, Indicator, ModelSpec
from csi_model.survey_design.allocation import allocate, units_half_width, units_needed
from csi_model.survey_design.design import ALLOCATIONS, Design
from csi_model.survey_design.foreseen import foresee
from csi_model.survey_design.power import answers_for_change, change_seen, power
from csi_model.survey_design.raking import Raked, rake
from csi_model.survey_design.sample_size import answers_needed, half_width, pilot_sd
from csi_model.tree.score import tree_document
from csi_model.tree.weights import read_judgements
from csi_model.units.side_by_side import side_by_side

__all__ = [
    "ALLOCATIONS",
    "ESTIMATORS",
    "GROUP_WEIGHTS",
    "INTERVALS",
    "METHODS",
    "MISSING",
    "PLS_METHODS",
    "SCHEMES",
    "WITHHELD",
    "Bridge",
    "Caution",
    "Coded",
    "Consistency",
    "Construct",
    "ConvergenceError",
    "DataError",
    "Design",
    "Dimension",
    "Evaluated",
    "Figure",
    "Form",
    "IdentificationError",
    "Indicator",
    "ModelError",
    "ModelSpec",
    "Options",
    "Raked",
    "Result",
    "Sample",
    "Segmentation",
    "SpecificationError",
    "TierAnswers",
    "WhatIf",
    "allocate",
    "answers_for_change",
    "answers_needed",
    "assess",
    "asymmetry",
    "boxes",
    "bridge_shift",
    "change_seen",
    "changes_document",
    "classify_service",
    "compare",
    "compare_predictions",
    "comparison_document",
    "consistency",
    "decide",
    "document",
    "effect_of_measure",
    "estimate",
    "estimate_groups",
    "expectation_gaps",
    "expected_scores",
    "facet_scores",
    "follow",
    "foresee",
    "half_width",
    "index_among",
    "items_of",
    "multigroup",
    "net_promoter",
    "pilot_sd",
    "plain",
    "power",
    "prepare",
    "prepare_rated",
    "price_tolerance",
    "rake",
    "rank",
    "ranked",
    "read_judgements",
    "respondent_scores",
    "retention_map",
    "scenario",
    "seed_of_group",
    "segments",
    "side_by_side",
    "stated",
    "summary",
    "tables_of",
    "tree_document",
    "units_half_width",
    "units_needed",
    "withhold",
]
