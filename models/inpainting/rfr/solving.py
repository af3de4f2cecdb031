"""Filling holes of any width in a picture of any size with a network of limited reach.

Holes far apart are filled from crops of their own, small ones together. Where a hole is wider than the recurrences
reach, it is solved in a reduced picture where it fits, enlarged, and solved once more at full size along its rim;
last, the detail that this lacks is taken from the surroundings.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from models.geometry import Extent
from models.inpainting.patchmatch.crops import Cluster, clusters
from models.inpainting.protocol import Inpainter
from models.inpainting.rfr.detail import with_detail
from models.inpainting.rfr.fast import FastRFRNet
from models.inpainting.rfr.pieces import Piece, batches
from models.progress import Progress

_COMFORT = 0.8  # of the reach: the last recurrences see little that is known
_RIM = 0.25  # of the comfortable width: how deep a wide hole's rim is solved again at full size
_PREFILLING = 0.8  # share of the time
_GRAIN = 1.0  # pixels; the scale of grain that the network leaves out
_SOFTNESS = 0.6  # pixels of a reduced picture; a filling enlarged from it lacks detail below that
_PIXELS_ON_A_CPU = 4 * 256 * 256  # at a time; more only takes memory
_PIXELS_ON_A_GPU = 32 * 256 * 256


class Solver:
    """Fills holes with one network; the same seed gives the same samples.

    Holes up to `widest` pixels across are solved at full size (None: what the network reaches easily). A network of
    prefilled pictures needs `prefill`; it adds no grain of its own, as what it improves has some.
    """

    def __init__(self, net: FastRFRNet, seed: int, widest: int | None = None, prefill: Inpainter | None = None) -> None:
        if net.prefilled != (prefill is not None):
            raise ValueError("a network of prefilled pictures, and no other, takes an engine to prefill with")
        self._net, self._prefill, self._seed = net, prefill, seed
        self._comfortable = _COMFORT * net.reach if widest is None else float(min(widest, net.reach))
        self._rng = np.random.default_rng(seed)
        self._pixels = _PIXELS_ON_A_CPU if net.device.type == "cpu" else _PIXELS_ON_A_GPU

    def fill(self, image: np.ndarray, hole: np.ndarray, known: np.ndarray, progress: Progress) -> np.ndarray:
        """Return H×W×3 of the dtype of `image` (uint8 or uint16) with the H×W bool hole filled.

        Only what is `known` (H×W bool) is looked at. A picture whose known pixels are all grey stays grey.
        """
        filled, usable = image.copy(), known.copy()
        found = list(clusters(hole, known))
        wide = [width_to_cross(usable[cluster.window.slices]) > self._comfortable for cluster in found]
        narrow = [cluster for cluster, is_wide in zip(found, wide, strict=True) if not is_wide]
        total, done = np.count_nonzero(hole), sum(int(cluster.hole.sum()) for cluster in narrow)
        self._fill_narrow(filled, usable, narrow, progress.part(0.0, done / total), detailed=True)
        for cluster in (cluster for cluster, is_wide in zip(found, wide, strict=True) if is_wide):
            part = cluster.window.slices
            inside = int(np.count_nonzero(cluster.hole))
            stretch = progress.part(done / total, (done + inside) / total)
            solved = self._fill_wide(_levels(filled[part]), cluster.hole, usable[part], stretch)
            _put(filled, Piece(cluster.window, cluster.hole), solved)
            usable[part] |= cluster.hole
            done += inside
        if _is_grey(image, known):
            filled[hole] = np.rint(filled[hole].mean(axis=1, keepdims=True)).astype(image.dtype)
        return filled

    def _fill_narrow(
        self, picture: np.ndarray, known: np.ndarray, found: list[Cluster], progress: Progress, *, detailed: bool
    ) -> None:
        """Fill clusters within the network's reach in place, and mark them as known."""
        if self._prefill is not None and found:
            self._begin(picture, known, found, self._prefill, progress.part(0.0, _PREFILLING))
            progress = progress.part(_PREFILLING, 1.0)
        total, done = sum(int(np.count_nonzero(cluster.hole)) for cluster in found), 0
        for batch in batches(found, Extent.of(picture), self._pixels):
            inside = sum(int(np.count_nonzero(piece.hole)) for piece in batch)
            stretch = progress.part(done / total, (done + inside) / total)
            for piece, predicted in zip(batch, self._predicted(picture, known, batch, stretch), strict=True):
                around = known[piece.window.slices]
                if detailed and self._prefill is None:
                    crop = np.where(piece.hole[..., None], predicted, _levels(picture[piece.window.slices]))
                    predicted = with_detail(crop, piece.hole, around, sigma=_GRAIN, rng=self._rng)
                _put(picture, piece, predicted)
            for piece in batch:
                known[piece.window.slices] |= piece.hole
            done += inside

    def _begin(
        self, picture: np.ndarray, known: np.ndarray, found: list[Cluster], engine: Inpainter, progress: Progress
    ) -> None:
        """Fill the clusters in place as the network expects it."""
        hole = np.zeros(known.shape, bool)
        for cluster in found:
            hole[cluster.window.slices] |= cluster.hole
        integers = picture if picture.dtype != np.float32 else np.rint(picture.clip(0, 1) * 65535).astype(np.uint16)
        filled = engine.fill(
            integers, hole.astype(np.float32), seed=self._seed, progress=progress, sources=known.astype(np.float32)
        )
        picture[hole] = (_levels(filled) if picture.dtype == np.float32 else filled)[hole]

    def _fill_wide(self, picture: np.ndarray, hole: np.ndarray, known: np.ndarray, progress: Progress) -> np.ndarray:
        """Coarse to fine: H×W×3 float32 in [0, 1] filled where the H×W bool hole is."""
        shrunk = width_to_cross(known) / self._comfortable
        height, width = hole.shape
        size = max(1, round(width / shrunk)), max(1, round(height / shrunk))
        small, small_hole, small_known = reduced(picture, hole, known, size)
        found = list(clusters(small_hole, small_known)) if small_hole.any() and small_known.any() else []
        self._fill_narrow(small, small_known, found, progress.part(0.0, 0.6), detailed=False)
        coarse = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
        filled = np.where(hole[..., None], coarse, picture)
        # near the rim there is more to go by than the reduced picture had: once more, between it and the core
        depth = np.asarray(cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_L2, 5))
        rim = hole & (depth <= _RIM * self._comfortable)
        usable = known | (hole & ~rim)
        if rim.any() and usable.any():
            self._fill_narrow(filled, usable, list(clusters(rim, usable)), progress.part(0.6, 1.0), detailed=False)
        # the core lacks all that the reduced picture could not hold; the rim, and thin arms, only grain
        filled = with_detail(filled, hole & ~rim, known, sigma=max(_GRAIN, _SOFTNESS * shrunk), rng=self._rng)
        return with_detail(filled, rim, known, sigma=_GRAIN, rng=self._rng)

    def _predicted(
        self, picture: np.ndarray, known: np.ndarray, batch: list[Piece], progress: Progress
    ) -> list[np.ndarray]:
        """What the network sees in each piece's window: h×w×3 float32 in [0, 1]."""
        size = batch[0].padded
        images, masks = [], []
        for piece in batch:
            window = piece.window
            beyond = ((0, size.height - window.height), (0, size.width - window.width))
            images.append(np.pad(_levels(picture[window.slices]), (*beyond, (0, 0)), mode="symmetric"))
            masks.append(np.pad(known[window.slices], beyond, mode="symmetric"))
        stacked = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
        usable = torch.from_numpy(np.stack(masks)[:, None].astype(np.float32))
        predicted = self._net(stacked, usable, between=lambda share: progress.report(share, "filling"))
        crops = predicted.clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
        return [crop[: piece.window.height, : piece.window.width] for crop, piece in zip(crops, batch, strict=True)]


def width_to_cross(known: np.ndarray) -> float:
    """How wide the hole of an H×W bool map is for the network, in pixels: inf when nothing is known.

    The picture's edge is no rim to it: beyond lies nothing known, so a hole at the edge is crossed from one side.
    """
    if not known.any():
        return float("inf")
    return 2.0 * float(cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_L2, 5).max()) - 1.0


def reduced(
    picture: np.ndarray, hole: np.ndarray, known: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Picture, hole and known pixels at `size` (width, height): means of what is known, known where that is most."""
    share = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(picture * known[..., None].astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small_known = share > 0.5
    small = np.where(small_known[..., None], small / np.maximum(share, 1e-6)[..., None], 0.0).astype(np.float32)
    small_hole = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    return small, small_hole & ~small_known, small_known


def _levels(picture: np.ndarray) -> np.ndarray:
    """Float32 in [0, 1], of integers or of such floats."""
    if picture.dtype == np.float32:
        return picture
    return picture.astype(np.float32) / np.float32(np.iinfo(picture.dtype).max)


def _put(picture: np.ndarray, piece: Piece, predicted: np.ndarray) -> None:
    """Write the piece's pixels into the picture, rounded when it holds integers."""
    samples = predicted[piece.hole]
    if picture.dtype != np.float32:
        top = np.iinfo(picture.dtype).max
        samples = np.rint(samples * np.float32(top)).clip(0, top).astype(picture.dtype)
    picture[piece.window.slices][piece.hole] = samples


def _is_grey(image: np.ndarray, known: np.ndarray) -> bool:
    sample = image[known]
    return bool((sample[:, 0] == sample[:, 1]).all() and (sample[:, 0] == sample[:, 2]).all())
