"""Exemplar-based completion without weights: PatchMatch search, Wexler voting, seams and a Poisson
blend."""

from models.inpainting.patchmatch.engine import PatchMatch

__all__ = ["PatchMatch"]
