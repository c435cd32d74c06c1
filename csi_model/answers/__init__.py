"""The answers, checked once."""
