"""Measures of a finished edit, on arrays alone: what stayed, what shows a seam, what was copied twice."""
