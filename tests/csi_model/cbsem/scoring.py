"""Regression scores from the moments of a fit, so that lavaan's scores are compared as well."""

import numpy as np


def factor_scores(result):
    """Scores of the latent variables, ``Phi L' Sigma^-1 (y - mu)``, of a fit of one group to whole answers.

    References
    ----------
    Thurstone (1935); lavaan's ``lavPredict(type = "lv")``.
    """
    implied = result.structure.implied(0, result.theta)
    lam = result.structure.layouts[0].matrices(implied.values)[0]
    at = [result.structure.factors.index(name) for name in result.structure.latent]
    values = result.data[0].values
    mean = implied.mu if result.structure.mean_structure else values.mean(axis=0)
    gain = np.linalg.solve(implied.sigma, (implied.phi @ lam.T)[at].T)
    return (values - mean) @ gain + implied.kappa[at]
