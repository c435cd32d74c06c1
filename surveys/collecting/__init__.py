"""Fieldwork."""
