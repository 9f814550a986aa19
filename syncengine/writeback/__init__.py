"""Writing back: what golden records and people decide reaches the source systems, at most once."""
