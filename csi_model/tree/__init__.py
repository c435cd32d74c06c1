"""The tree score (综合满意得分): the four-level tree rolled up, a figure of its own beside the index."""
