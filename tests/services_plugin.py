"""Starts a throw-away PostgreSQL and broker before settings are read, unless a database is given."""

from __future__ import annotations
