"""Tables that leave as files, a room a format."""
