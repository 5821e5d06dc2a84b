"""The figures of a run, one module each, and the numbers that each of them draws."""
