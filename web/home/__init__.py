"""The front door: what this is, open surveys, staff's first page, health."""
