"""The archive of a run: what a paper's supplement needs, checked and rerun by anyone."""
