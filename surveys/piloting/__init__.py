"""Pilots of drafts (预调查): frozen, tried by a few people, reported to their designers, deleted."""
