"""What every engine that fills a hole offers."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from models.mask import Mask
from models.progress import Progress


class Inpainter(Protocol):
    """Fills the hole of one crop. Knows nothing of the rest of the picture."""

    name: str

    def fill(
        self,
        image: np.ndarray,
        hole: Mask,
        *,
        seed: int,
        progress: Progress,
        forbidden: Mask | None = None,
        prompt: str | None = None,
    ) -> np.ndarray:
        """Return H×W×3 of the same dtype with the hole filled.

        `image` is H×W×3, uint8 or uint16, sRGB-like; `hole` is H×W float32, > 0 = to be filled.
        `forbidden` (H×W) marks known pixels that must not serve as examples, such as a neighbouring object.
        The same seed gives the same samples. Raises CancelledError when progress says so.
        """
        ...
