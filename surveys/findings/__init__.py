"""What is wrong or doubtful in a questionnaire: one list of all of it, each with its place and remedy."""
