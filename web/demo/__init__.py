"""A simulated utility with known truth, stored through the same code as real answers."""
