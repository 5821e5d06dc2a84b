"""Item profiles: which abilities' items a benchmark's items resemble, read without masks."""
