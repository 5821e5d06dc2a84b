"""What a run will need in memory, disk and time, from its configuration alone."""
