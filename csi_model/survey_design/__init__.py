"""Before and after the field: how many answers, and weights."""
