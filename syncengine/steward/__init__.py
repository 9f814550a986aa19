"""Stewardship: what rules could not settle becomes a task, what people decide becomes a row."""
