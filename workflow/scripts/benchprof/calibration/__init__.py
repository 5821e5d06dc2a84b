"""Calibration: the mask fraction of a model's masks, chosen on the abilities' calibration splits
alone.
"""
