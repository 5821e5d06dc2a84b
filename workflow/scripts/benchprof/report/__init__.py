"""What a person reads of a run: figures, the summary, the page, the manifest."""
