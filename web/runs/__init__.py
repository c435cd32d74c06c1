"""Runs: asked for, computed from waves, and carried out by the worker."""
