"""What a dashboard page is made of: one panel a file."""
