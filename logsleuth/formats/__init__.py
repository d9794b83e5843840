"""What a line means: formats as data, recognised by content."""
