"""Filling by diffusion models that stay inside the mask: the engine, its presets, and the geometry around a model.

Nothing here imports torch, diffusers or transformers before a hole is filled: they take seconds.
"""

from models.inpainting.commission import Intent
from models.inpainting.diffusion.engine import Diffusion
from models.inpainting.diffusion.presets import PRESETS, Preset

__all__ = ["PRESETS", "Diffusion", "Intent", "Preset"]
