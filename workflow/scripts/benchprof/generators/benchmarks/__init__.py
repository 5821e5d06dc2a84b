"""Benchmarks of the project itself: choices, written answers and programs, for a run offline."""
