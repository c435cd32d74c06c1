"""Questionnaires and collection: no Flask, no statistics."""
