"""Resamples, drawn once."""
