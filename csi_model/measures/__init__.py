"""Measures of a fitted model: pure functions of matrices."""
