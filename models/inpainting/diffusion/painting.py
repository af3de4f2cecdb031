"""One call of a pipeline: the words and the seed in, progress and a wish to stop on the way, a picture out."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.errors import UnavailableError
from models.inpainting.diffusion.families import Family
from models.inpainting.diffusion.loading import quiet
from models.mask import Mask, to_uint8
from models.progress import Progress

_STEERED = 1.0  # guidance above this runs the network twice, with and without the words


@dataclass(frozen=True)
class Wish:
    """What is asked of the model. `steps`: how often the network is run. `strength` in (0, 1]: 1 starts from noise."""

    prompt: str
    negative_prompt: str
    seed: int
    steps: int
    guidance: float
    strength: float


def paint(pipe: Any, family: Family, picture: np.ndarray, mask: Mask, wish: Wish, progress: Progress) -> np.ndarray:
    """Paint H×W×3 float32 in [0, 1] where the H×W mask is 1; the whole picture as the model sees it, same size.

    Sides must be multiples of the family's. The same wish gives the same samples on the same machine. Raises
    CancelledError within one step, UnavailableError when the model gives numbers that are no colours or its own filter
    blackens the picture.
    """
    import torch
    from PIL import Image

    height, width = mask.shape
    accepted = inspect.signature(type(pipe).__call__).parameters
    steps = math.ceil(wish.steps / wish.strength - 1e-9)  # pipelines run only this share of the steps they are told

    def after_step(pipe: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        del pipe, timestep
        if not bool(torch.isfinite(values["latents"]).all()):
            raise _nonsense()
        progress.report((step + 1) / (wish.steps + 1), f"painting, step {min(step + 1, wish.steps)} of {wish.steps}")
        return values

    arguments: dict[str, Any] = {
        "prompt": wish.prompt,
        "image": Image.fromarray(np.rint(picture * 255).astype(np.uint8)),
        "mask_image": Image.fromarray(to_uint8(mask)),
        "width": width,
        "height": height,
        "num_inference_steps": steps,
        "strength": wish.strength,
        family.guidance: wish.guidance,
        # The noise is drawn on the CPU, so that a seed means the same on every device.
        "generator": torch.Generator("cpu").manual_seed(wish.seed),
        "callback_on_step_end": after_step,
        "output_type": "np",
    }
    if family.negative and wish.guidance > _STEERED:
        arguments["negative_prompt"] = wish.negative_prompt
    progress.report(0.0, "painting")
    with quiet():
        try:
            made = pipe(**{name: value for name, value in arguments.items() if name in accepted})
        finally:
            pipe.maybe_free_model_hooks()
    if any(getattr(made, "nsfw_content_detected", None) or ()):
        raise UnavailableError(
            "The model's own safety filter refused what it had painted; say it in other words or try another seed."
        )
    painted = np.asarray(made.images[0], np.float32)
    if not np.isfinite(painted).all():
        raise _nonsense()
    progress.report(1.0, "painted")
    return painted


def _nonsense() -> UnavailableError:
    return UnavailableError(
        "The model gave numbers that are no colours, which happens where half precision is too coarse for it; choose "
        "another model or the CPU."
    )
