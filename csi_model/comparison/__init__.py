"""Groups and waves side by side."""
