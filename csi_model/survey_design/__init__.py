"""survey_design."""
