"""Profiles: from scores to Ability Impact Scores and the similarity of models."""
