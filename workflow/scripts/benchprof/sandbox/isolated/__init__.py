"""What runs inside the sandbox, in two processes: the candidate and its judge.

The folder alone is visible there, so that nothing here imports the rest of benchprof.
"""
