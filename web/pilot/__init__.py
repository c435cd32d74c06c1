"""Pilots of drafts on pages: frozen, handed out, reported to designers, deleted."""
