"""Selections beyond the moment: named, spoken of, carried into another frame, read from and written to files."""
