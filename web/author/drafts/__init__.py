"""Drafts on pages: begun, edited by small changes, their history, and undo."""
