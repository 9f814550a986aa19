"""Events in: what a system says has changed is noted at once and fetched from it right after."""
