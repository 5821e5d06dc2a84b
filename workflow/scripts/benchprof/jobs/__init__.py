"""The jobs of a run, a class for each: what it reads, writes, depends on and asks for."""
