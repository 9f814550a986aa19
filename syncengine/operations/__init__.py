"""Looking after the sync: errors in groups, drift of schemas, proofs, freshness, and what is raised as an alert."""
