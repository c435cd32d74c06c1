"""The site: questionnaires in, dashboards out."""
