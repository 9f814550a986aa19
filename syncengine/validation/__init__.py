"""Validation: the company's rules over canonical rows, before anything reaches a golden record."""

from __future__ import annotations

from syncengine.validation.judge import Validated, validate

__all__ = ["Validated", "validate"]
