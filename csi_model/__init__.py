"""The satisfaction index and its statistics: numpy and scipy, no Flask, no SQL."""
