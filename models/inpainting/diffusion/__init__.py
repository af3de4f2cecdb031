"""Filling by diffusion models that stay inside the mask: the engine, its presets, and the geometry around a model.

Nothing here imports torch, diffusers or transformers before a hole is filled: they take seconds.
"""

from models.inpainting.commission import Commission, Intent, Structure
from models.inpainting.diffusion.engine import Diffusion
from models.inpainting.diffusion.means import Means, Quantised
from models.inpainting.diffusion.presets import PRESETS, Preset

__all__ = ["PRESETS", "Commission", "Diffusion", "Intent", "Means", "Preset", "Quantised", "Structure"]
