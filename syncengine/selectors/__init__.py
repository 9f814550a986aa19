"""What pages and programs read of the sync engine."""
