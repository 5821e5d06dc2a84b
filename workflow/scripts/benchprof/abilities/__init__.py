"""The diagnostic data: ten abilities, each with train, calibration and test items."""
