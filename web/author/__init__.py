"""Questionnaires for staff: instruments and published versions, read, previewed and published."""
