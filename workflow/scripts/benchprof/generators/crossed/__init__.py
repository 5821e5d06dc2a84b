"""Version 2 of the diagnostic sets: ten abilities ask about the same scenes."""
