"""Webhooks out: the change feed brought to programs that asked for it."""
