"""Groups of respondents that nobody named: finite mixtures of the paths."""
