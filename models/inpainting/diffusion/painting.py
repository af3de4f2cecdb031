"""One call of a pipeline: the words and the seed in, progress and a wish to stop on the way, a picture out."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from models.errors import UnavailableError
from models.geometry import Extent
from models.inpainting.diffusion.families import Family, Referring
from models.inpainting.diffusion.loading import quiet
from models.inpainting.diffusion.preview import Glass
from models.mask import Mask, to_uint8
from models.progress import Progress

_STEERED = 1.0  # guidance above this runs the network twice, with and without the words
_HELD = 0.8  # how strongly a ControlNet holds: at 1 every stray line is painted
_MOST_LOOKS = 8  # previews of one painting
_BLACK = 1.0 / 255
_REFERENCE = 768  # pixels of a reference's longer side where several share one picture


@dataclass(frozen=True, eq=False)
class Wish:
    """What is asked of the model. `steps`: how often the network is run. `strength` in (0, 1]: 1 starts from noise.

    `references` are H×W×3 uint8 pictures to go by, for a pipeline that takes them.
    """

    prompt: str
    negative_prompt: str
    seed: int
    steps: int
    guidance: float
    strength: float
    references: tuple[np.ndarray, ...] = ()


def paint(
    pipe: Any,
    family: Family,
    picture: np.ndarray,
    mask: Mask,
    wish: Wish,
    progress: Progress,
    held: np.ndarray | None = None,
) -> np.ndarray:
    """Paint H×W×3 float32 in [0, 1] where the H×W mask is 1; the whole picture as the model sees it, same size.

    Sides must be multiples of the family's. `held` (H×W×3 float32 in [0, 1]) are the lines to hold, for a pipeline with
    a ControlNet. The same wish gives the same samples on the same machine. Raises CancelledError within one step,
    UnavailableError when the model gives numbers that are no colours or its own filter blackens the picture.
    """
    import torch

    height, width = mask.shape
    accepted = inspect.signature(type(pipe).__call__).parameters
    steps = math.ceil(wish.steps / wish.strength - 1e-9)  # pipelines run only this share of the steps they are told
    glass = Glass(pipe, picture) if progress.on_preview else None
    every = math.ceil(wish.steps / _MOST_LOOKS)

    def after_step(pipe: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        del pipe, timestep
        if not bool(torch.isfinite(values["latents"]).all()):
            raise _nonsense()
        progress.report((step + 1) / (wish.steps + 1), f"painting, step {min(step + 1, wish.steps)} of {wish.steps}")
        if glass is not None and progress.on_preview and (step + 1) % every == 0:
            seen = glass.look(values["latents"])
            if seen is not None:
                progress.on_preview(seen)
        return values

    arguments: dict[str, Any] = {
        "prompt": wish.prompt,
        "image": _pil(picture),
        "mask_image": _pil(mask),
        "width": width,
        "height": height,
        # Kontext would otherwise choose a size of its own.
        "max_area": width * height,
        "_auto_resize": False,
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
    if held is not None:
        arguments |= {"control_image": _pil(held), "controlnet_conditioning_scale": _HELD}
    if wish.references and family.refers is not None:
        arguments[family.refers.value] = _referred(wish.references, family.refers)
    progress.report(0.0, "painting")
    with quiet():
        try:
            made = pipe(**{name: value for name, value in arguments.items() if name in accepted})
        finally:
            pipe.maybe_free_model_hooks()
    if any(getattr(made, "nsfw_content_detected", None) or ()):
        raise _refused()
    painted = np.asarray(made.images[0], np.float32)
    if not np.isfinite(painted).all():
        raise _nonsense()
    if painted.max() <= _BLACK and picture.max() > _BLACK:
        raise _refused()
    progress.report(1.0, "painted")
    if Extent.of(painted) != Extent(width, height):  # Qwen-Image-Edit insists on sizes of its own
        painted = np.clip(cv2.resize(painted, (width, height), interpolation=cv2.INTER_CUBIC), 0.0, 1.0)
    return painted


def _pil(values: np.ndarray) -> Any:
    """A Pillow image of H×W×3 or H×W float32 in [0, 1]."""
    from PIL import Image

    return Image.fromarray(to_uint8(values) if values.ndim == 2 else np.rint(values * 255).astype(np.uint8))


def _referred(references: tuple[np.ndarray, ...], refers: Referring) -> Any:
    """The references as a pipeline takes them: a list for its one adapter, or side by side on white in one picture."""
    from PIL import Image

    if refers is Referring.ADAPTER:
        return [[Image.fromarray(one) for one in references]]
    if len(references) == 1:
        return Image.fromarray(references[0])
    sizes = [Extent.of(one).fit_within(_REFERENCE) for one in references]
    sheet = Image.new("RGB", (sum(size.width for size in sizes), max(size.height for size in sizes)), "white")
    across = 0
    for one, size in zip(references, sizes, strict=True):
        sheet.paste(Image.fromarray(one).resize((size.width, size.height)), (across, 0))
        across += size.width
    return sheet


def _refused() -> UnavailableError:
    return UnavailableError(
        "The model's own safety filter refused what it had painted; say it in other words or try another seed."
    )


def _nonsense() -> UnavailableError:
    return UnavailableError(
        "The model gave numbers that are no colours, which happens where half precision is too coarse for it; choose "
        "another model or the CPU."
    )
