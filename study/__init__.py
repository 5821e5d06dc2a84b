"""The numbers of docs/study.md, computed from a run's tables by the rules of docs/study_design.md.

python -m study results/profiles

Needs statsmodels, which `make` and the extra `annotation` install.
"""
