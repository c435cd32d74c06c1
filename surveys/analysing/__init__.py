"""Answers out."""
