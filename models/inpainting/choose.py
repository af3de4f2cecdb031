"""Which engine fills a hole, and why. Nothing else in the code asks for an engine by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from models import mask as masks
from models.errors import BadInputError, UnavailableError
from models.geometry import Extent
from models.inpainting.blended import Blended
from models.inpainting.diffusion import PRESETS, Diffusion
from models.inpainting.diffusion.engine import PREFIX
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.fused import Fused, narrow_share, thin_limit
from models.inpainting.patchmatch import PatchMatch
from models.inpainting.protocol import Inpainter
from models.inpainting.remote.engine import NAME as REMOTE
from models.inpainting.remote.engine import OpenAI
from models.inpainting.rfr import RFR
from models.mask import Mask

_WORTH_FUSING = 0.1  # share of the hole that is narrow
_SMALLEST_FOR_PATCHES = 21  # pixels: a shorter picture holds hardly a patch outside the hole
_RIM = 8  # pixels around the hole whose texture is measured
_RFR_UP_TO = 0.0  # pixels across: up to this width the trained network has been measured to be best; nowhere so far
_EVEN = 0.6  # 8-bit levels of fine detail: less is no visible grain


@dataclass(frozen=True)
class Choice:
    """The engine's name and one sentence that a person can read."""

    name: str
    reason: str


def built_in_engines() -> dict[str, Inpainter]:
    """Every engine that needs no weights, by name."""
    engines: list[Inpainter] = [PatchMatch(), Fused(), Blended(), *(Diffusive(method) for method in Method)]
    return {engine.name: engine for engine in engines}


def all_engines() -> dict[str, Inpainter]:
    """Every engine by name, those included whose weights are not here."""
    painters = [Diffusion(name) for name in PRESETS]
    return built_in_engines() | {RFR.name: RFR()} | {painter.name: painter for painter in painters} | {REMOTE: OpenAI()}


def available_engines() -> dict[str, Inpainter]:
    """Every engine that can fill here and now, by name: the built-in ones, and those whose weights are here.

    One that sends the picture away is never among them: it is only used when somebody names it.
    """
    return {
        name: engine
        for name, engine in all_engines().items()
        if not isinstance(engine, OpenAI) and (not isinstance(engine, RFR | Diffusion) or engine.is_available)
    }


def engine_named(name: str) -> Inpainter:
    """The engine of that name, of `diffusion:` and the path of a model, or of `openai:` and a model of the service.

    Raises BadInputError when there is none.
    """
    engines = all_engines()
    if name in engines:
        return engines[name]
    if name.startswith(PREFIX):
        return Diffusion(name.removeprefix(PREFIX))
    if name.startswith(f"{REMOTE}:"):
        return OpenAI(name.removeprefix(f"{REMOTE}:"))
    raise BadInputError(f"The engine {name!r} is not here; there are auto, {', '.join(sorted(engines))}.")


def choose_engine(image: np.ndarray, hole: Mask, available: Mapping[str, object] | None = None) -> Choice:
    """Pick the engine for this hole among the names in `available` (None: the available ones).

    `image` is H×W×3 uint8 or uint16, `hole` H×W float32, > 0 = to be filled. Raises BadInputError when the mask is
    empty or of another size, and UnavailableError when no engine at all is available.
    """
    empty = masks.require(hole, Extent.of(image)) > 0
    names = available_engines() if available is None else available
    for choice in _preferences(image, empty):
        if choice.name in names:
            return choice
    for name in names:
        return Choice(name, f"{name} is the only kind of engine that is available.")
    raise UnavailableError("No engine for filling holes is available; install OpenCV or download a model.")


def hole_width(empty: np.ndarray) -> float:
    """How many pixels across an H×W bool hole is at its widest (the picture's edge counts as a rim)."""
    framed = np.pad(empty[masks.bounds(empty).slices].astype(np.uint8), 1)
    return 2.0 * float(cv2.distanceTransform(framed, cv2.DIST_L2, 5).max()) - 1.0


def rim_detail(image: np.ndarray, empty: np.ndarray) -> float:
    """Fine detail just outside the hole: mean deviation from the local plane, in 8-bit levels; inf without a rim."""
    box = masks.bounds(empty.astype(np.float32)).padded(2 * _RIM).clipped(Extent.of(image))
    inside = empty[box.slices]
    near = cv2.dilate(inside.astype(np.uint8), np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8)).astype(bool)
    # the hole itself must not be measured, so the ring leaves out what a 3×3 window sees of it
    ring = near & ~cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    if not ring.any():
        return float("inf")
    levels = image[box.slices].astype(np.float32) * np.float32(255 / np.iinfo(image.dtype).max)
    grey = levels @ np.array([0.299, 0.587, 0.114], np.float32)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F))[ring].mean())


def _preferences(image: np.ndarray, empty: np.ndarray) -> Iterator[Choice]:
    """Engines from best to last resort."""
    width, pixels = hole_width(empty), int(np.count_nonzero(empty))
    if rim_detail(image, empty) < _EVEN:
        yield Choice(Method.MEMBRANE.value, "The surroundings are even, so they are continued smoothly.")
    if width <= _RFR_UP_TO:
        yield Choice(
            RFR.name, f"The hole is narrow ({width:.0f} pixels), so it is mended by the network trained for that."
        )
    if width <= thin_limit(Extent.of(image)):
        yield Choice(
            Blended.name,
            f"The hole is thin ({width:.0f} pixels), so what lies beside it is continued across, by a learned mean of "
            "several ways.",
        )
    if min(image.shape[:2]) < _SMALLEST_FOR_PATCHES:
        yield Choice(Method.TELEA.value, "The picture is too small to hold examples to copy.")
    elif narrow_share(empty).sum() > _WORTH_FUSING * pixels:
        yield Choice(
            Fused.name, "The hole is narrow, so copies of similar places are fitted to what its rims continue."
        )
    yield Choice(
        PatchMatch.name, f"The hole is {width:.0f} pixels wide, so it is filled with copies of similar places."
    )
    for method in Method:
        yield Choice(method.value, "The better engines are not available, so the rim is continued.")
