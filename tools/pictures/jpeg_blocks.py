"""Code an edited JPEG anew only where it was edited: every other block keeps the source's coefficients.

A JPEG is a grid of 8×8 blocks of each component (ITU-T T.81). Decoding a file and coding it again moves a few
per cent of all samples by a level or two, even with the same tables: samples were rounded and clipped, and
chroma was interpolated. Copied coefficients move nothing.
"""

from __future__ import annotations

import ctypes
import io
import threading
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import jpeglib
import numpy as np
from PIL import Image
from scipy import fft

from models.compositing import differing
from tools.pictures import jpeg_segments

_BLOCK = 8
# JFIF 1.02: full-range luma and colour differences (ITU-R BT.601); rows Y, Cb, Cr. Levels are counted from 128,
# so that neither Y's shift nor the offset of the differences appears.
_FROM_RGB = np.array(
    [[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]], np.float32
)
_LARGEST_AC, _SMALLEST_DC, _LARGEST_DC = 1023, -1024, 1023  # what 8-bit Huffman coding holds (T.81, F.1.2)
_COMPONENTS = ("Y", "Cb", "Cr")
_COLOUR_MODELS = {("JCS_YCbCr", 3), ("JCS_GRAYSCALE", 2)}  # with the dimensions of their samples
# Pillow decodes by libjpeg-turbo; MozJPEG is the one that writes coefficients progressively
_SEQUENTIAL, _PROGRESSIVE = "turbo210", "mozjpeg403"
_FAULTS = (OSError, ValueError, SyntaxError, RuntimeError, LookupError, TypeError, ctypes.ArgumentError)
_library = threading.Lock()  # jpeglib collects markers, and holds the version it uses, in globals


def encode_over(source: bytes, samples: np.ndarray) -> bytes | None:
    """Code edited samples as a JPEG that keeps every block of the source no pixel of which was changed.

    `source` is the JPEG file that was edited, `samples` the H×W (grey) or H×W×3 (RGB) uint8 edit of what it
    decodes to, neither turned nor cropped. The result has the source's size, quantisation tables, subsampling
    and order of coding (sequential or progressive) and no metadata but a JFIF header.

    What holds, and is checked by decoding the result: call a block (8×8 pixels of luma; 16×16 pixels of chroma
    at 4:2:0, 16×8 at 4:2:2) changed when the edit changed any pixel in it. A pixel in no changed block decodes
    to the very sample the source does, except, when chroma is subsampled, one that touches a changed block at
    a side or corner: decoders interpolate chroma, and its nearest neighbour lies in that block. A changed block
    is coded from the edited samples alone: nothing of what an edit covered stays in the file.

    None when the source cannot serve: CMYK or RGB inside, another size, a colour edit of a grey picture,
    damaged, sampling ratios that are no whole numbers, or no block left unchanged.
    """
    try:
        before = _decoded(source)
        if before is None or before.shape != samples.shape or samples.dtype != np.uint8:
            return None
        with TemporaryDirectory(prefix="jpeg-") as folder:
            coefficients = _read(source, Path(folder))
            reached = _code_over(coefficients, samples, differing(before, samples))
            if reached is None:
                return None
            file = _written(coefficients, Path(folder))
        after = _decoded(file)
    except _FAULTS:
        return None
    if after is None or after.shape != before.shape or (differing(after, before) & ~reached).any():
        return None
    return file


def _decoded(file: bytes) -> np.ndarray | None:
    """H×W or H×W×3 uint8 samples; None for other modes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it was opened before, and the limits decided then
        with Image.open(io.BytesIO(file), formats=("JPEG", "MPO")) as image:
            return np.asarray(image) if image.mode in ("L", "RGB") else None


def _read(source: bytes, folder: Path) -> jpeglib.DCTJPEG:
    path = folder / "source.jpg"
    bare = jpeg_segments.picture_only(source)  # jpeglib has room for fifty metadata segments, and checks nothing
    if bare is None:
        raise ValueError("the source's segments cannot be told apart")
    path.write_bytes(bare)
    with _library:
        jpeglib.version.set(_SEQUENTIAL)
        coefficients = jpeglib.read_dct(str(path))
        coefficients.load()
    return coefficients


def _written(coefficients: jpeglib.DCTJPEG, folder: Path) -> bytes:
    path = folder / "edited.jpg"
    coefficients.markers = []
    # a number instead of tables: the source's tables and component names are written, untouched
    coefficients.qt = 0  # pyright: ignore[reportAttributeAccessIssue]
    with _library:
        jpeglib.version.set(_PROGRESSIVE if coefficients.progressive_mode else _SEQUENTIAL)
        coefficients.write_dct(str(path), flags=["OPTIMIZE_CODING"])
    return path.read_bytes()


def _code_over(coefficients: jpeglib.DCTJPEG, samples: np.ndarray, changed: np.ndarray) -> np.ndarray | None:
    """Put the edited samples into the source's coefficients wherever any pixel of a block was changed (H×W bool).

    Returns the pixels, H×W bool, whose decoding that may alter; None when the source cannot serve.
    """
    factors = [(int(down), int(across)) for down, across in coefficients.samp_factor]
    most = max(down for down, _ in factors), max(across for _, across in factors)
    whole = all(most[0] % down == 0 and most[1] % across == 0 for down, across in factors)
    if not whole or (coefficients.jpeg_color_space.name, samples.ndim) not in _COLOUR_MODELS:
        return None
    reached = np.zeros(changed.shape, bool)
    by_block = _any_in(changed, _BLOCK, _BLOCK)
    any_kept = False
    for index, name in enumerate(_COMPONENTS[: coefficients.num_components]):
        steps = most[0] // factors[index][0], most[1] // factors[index][1]
        redone = _any_in(by_block, *steps)
        if redone.any():
            blocks = getattr(coefficients, name)
            table = coefficients.get_component_qt(index).astype(np.float32)
            weights = _FROM_RGB[index] if samples.ndim == 3 else None
            blocks[redone] = _quantised(samples, weights, table, redone, steps)
            reached |= _reached(redone, steps, changed.shape)
        any_kept |= not redone.all()
    return reached if any_kept else None


def _any_in(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Whether anything is set in each height×width cell of an H×W bool mask; cells at the far edges are cut."""
    if (height, width) == (1, 1):
        return mask
    rows = np.logical_or.reduceat(mask, np.arange(0, mask.shape[0], height), axis=0)
    return np.logical_or.reduceat(rows, np.arange(0, mask.shape[1], width), axis=1)


def _reached(redone: np.ndarray, steps: tuple[int, int], shape: tuple[int, ...]) -> np.ndarray:
    """The pixels whose decoding depends on any of the redone blocks: H×W bool."""
    pixels = redone.repeat(_BLOCK * steps[0], axis=0).repeat(_BLOCK * steps[1], axis=1)[: shape[0], : shape[1]]
    if steps == (1, 1):
        return pixels
    return cv2.dilate(pixels.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _quantised(
    samples: np.ndarray, weights: np.ndarray | None, table: np.ndarray, chosen: np.ndarray, steps: tuple[int, int]
) -> np.ndarray:
    """Quantised coefficients, n×8×8 int16, of one component in the blocks that `chosen` (rows×columns) marks."""
    pixels = _cells(samples, chosen, steps).astype(np.float32) - 128
    plane = pixels[..., 0] if weights is None else pixels @ weights
    plane = plane.reshape(len(plane), _BLOCK, steps[0], _BLOCK, steps[1]).mean(axis=(2, 4))
    coded = np.rint(np.asarray(fft.dctn(plane, axes=(1, 2), norm="ortho")) / table)
    steady = np.clip(coded[:, 0, 0], _SMALLEST_DC, _LARGEST_DC)
    coded = np.clip(coded, -_LARGEST_AC, _LARGEST_AC)
    coded[:, 0, 0] = steady
    return coded.astype(np.int16)


def _cells(array: np.ndarray, chosen: np.ndarray, steps: tuple[int, int]) -> np.ndarray:
    """The pixels under the chosen blocks: n×h×w×C; past the picture's edge its last row and column go on."""
    height, width = _BLOCK * steps[0], _BLOCK * steps[1]
    rows, columns = np.nonzero(chosen)
    down = np.minimum(rows[:, None] * height + np.arange(height), array.shape[0] - 1)
    across = np.minimum(columns[:, None] * width + np.arange(width), array.shape[1] - 1)
    cells = array[down[:, :, None], across[:, None, :]]
    return cells if cells.ndim == 4 else cells[..., None]
