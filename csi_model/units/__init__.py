"""Many units with few answers each."""
