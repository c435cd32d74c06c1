"""Who is asked what; knows no database."""
