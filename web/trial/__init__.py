"""Trials of questionnaires on pages: asked for, carried out by the worker, shown."""
