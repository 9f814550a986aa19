"""A believable company, told differently by four systems: made, moved on by a day, and taken away again."""

from syncengine.demo.generate import Summary, generate
from syncengine.demo.tick import tick

__all__ = ["Summary", "generate", "tick"]
