"""Waves for staff: plan, open, close, invite, and see what comes back."""
