"""A questionnaire walked by synthetic people before anybody is asked."""
