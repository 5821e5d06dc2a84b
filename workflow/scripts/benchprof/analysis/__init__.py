"""What masks look like: where they lie, how far they overlap, what the abilities share."""
