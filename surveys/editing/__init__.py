"""Drafts and versions."""
