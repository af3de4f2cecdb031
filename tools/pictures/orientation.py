"""How a picture lies in its file and how it should be seen (the orientation tag of Exif 2.32, 1 to 8)."""

from __future__ import annotations

import numpy as np

_QUARTER_TURNS_BACK = {6: 8, 8: 6}


def upright(samples: np.ndarray, orientation: int) -> np.ndarray:
    """H×W or H×W×C samples of a file with that tag as they should be seen; from 5 on W×H."""
    turned = {
        2: lambda: samples[:, ::-1],
        3: lambda: samples[::-1, ::-1],
        4: lambda: samples[::-1],
        5: lambda: samples.swapaxes(0, 1),
        6: lambda: np.rot90(samples, -1),
        7: lambda: samples[::-1, ::-1].swapaxes(0, 1),
        8: lambda: np.rot90(samples, 1),
    }.get(orientation, lambda: samples)()
    return np.ascontiguousarray(turned)


def lying(samples: np.ndarray, orientation: int) -> np.ndarray:
    """Samples as they should be seen the way they lie in a file with that tag: the inverse of `upright`."""
    return upright(samples, _QUARTER_TURNS_BACK.get(orientation, orientation))
