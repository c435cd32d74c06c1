"""Covariance structure models: lavaan's language in; semopy gives start values, all else is computed here."""

from csi_model.cbsem.bootstrap import ParameterBootstrap, bootstrap
from csi_model.cbsem.exact_fit import ExactFit, bollen_stine
from csi_model.cbsem.fit_measures import Fit
from csi_model.cbsem.fitting import fit
from csi_model.cbsem.invariance import InvarianceTest, assess_invariance, difference
from csi_model.cbsem.models import measurement_part
from csi_model.cbsem.modification import Modification, modification_indices
from csi_model.cbsem.results import CbsemResult, Parameter

__all__ = [
    "CbsemResult",
    "ExactFit",
    "Fit",
    "InvarianceTest",
    "Modification",
    "Parameter",
    "ParameterBootstrap",
    "assess_invariance",
    "bollen_stine",
    "bootstrap",
    "difference",
    "fit",
    "measurement_part",
    "modification_indices",
]
