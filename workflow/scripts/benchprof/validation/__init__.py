"""Validation: how far masks and profiles recover what was planted in a model."""
