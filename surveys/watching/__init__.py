"""How fieldwork stands: what became of everybody in the sample, and the rates that follow."""
