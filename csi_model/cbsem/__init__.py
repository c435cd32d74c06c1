"""Covariance structure models: semopy parses and starts them, everything after is computed here."""

from csi_model.cbsem.estimation import fit
from csi_model.cbsem.results import CbsemResult, Estimate

__all__ = ["CbsemResult", "Estimate", "fit"]
