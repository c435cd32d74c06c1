"""Figures beside the index."""
