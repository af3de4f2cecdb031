"""Pictures as the service takes them, and what it sends back. Nothing but samples goes out: no name, no metadata."""

from __future__ import annotations

import io
import math

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from models.errors import UnavailableError
from models.geometry import Extent
from models.mask import Mask

_FORMATS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 16_000_000  # twice what can be asked for
_SAME_SHAPE = 0.02  # of the ratio of sides: what rounding to 16 pixels makes


def png_of(picture: np.ndarray) -> bytes:
    """H×W×3 float32 in [0, 1] as an 8-bit PNG."""
    return _encoded(np.rint(np.clip(picture, 0.0, 1.0) * 255).astype(np.uint8)[..., ::-1])


def mask_png_of(mask: Mask) -> bytes:
    """H×W float32, 1 = to be painted, as the service wants it: RGBA, fully transparent where it may paint."""
    rgba = np.zeros((*mask.shape, 4), np.uint8)
    rgba[..., 3] = np.where(mask > 0, 0, 255)
    return _encoded(rgba)


def picture_in(data: bytes, wanted: Extent, host: str) -> np.ndarray:
    """The picture that came, H×W×3 float32 in [0, 1], at the size that was asked for.

    Another size of the same shape is resampled. Raises UnavailableError, in one sentence, for what is no picture,
    is cut off, or has another shape.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise _too_large(host)
            ratio = math.log(image.width / image.height) - math.log(wanted.width / wanted.height)
            if abs(ratio) > _SAME_SHAPE:
                raise UnavailableError(
                    f"{host} sent a picture of {image.width}×{image.height} pixels instead of "
                    f"{wanted.width}×{wanted.height}, which does not fit; nothing was changed."
                )
            rgb = np.asarray(image.convert("RGB"), np.float32) / np.float32(255)
    except Image.DecompressionBombError as error:
        raise _too_large(host) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise UnavailableError(
            f"What {host} sent is no whole picture; nothing was changed. Try again: it may have been cut off."
        ) from error
    if Extent.of(rgb) == wanted:
        return rgb
    method = cv2.INTER_AREA if rgb.shape[1] > wanted.width else cv2.INTER_CUBIC
    return np.clip(cv2.resize(rgb, tuple(wanted), interpolation=method), 0.0, 1.0)


def _too_large(host: str) -> UnavailableError:
    return UnavailableError(f"{host} sent a picture far larger than was asked for, so it is not used; try again.")


def _encoded(samples: np.ndarray) -> bytes:
    done, data = cv2.imencode(".png", np.ascontiguousarray(samples))
    if not done:
        raise ValueError("the picture could not be encoded")
    return data.tobytes()
