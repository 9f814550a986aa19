"""The sync engine's part of the interface for programs: its runs and the state of its sources."""
