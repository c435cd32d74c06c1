"""A questionnaire as a whole; knows no database."""
