"""The interface for programs: reads of the unified model under /api/v1."""
