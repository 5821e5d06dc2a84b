"""Importance: how much each weight in scope matters to an ability's diagnostic loss."""
