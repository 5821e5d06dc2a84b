"""Models: where they come from, how they are prepared once, and which weights are in scope."""
