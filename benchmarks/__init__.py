"""Speed, each figure with a baseline measured in the same run: ``make bench``."""
