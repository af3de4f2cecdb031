"""One click and one loose box against human regions, beside GrabCut: `python -m tests.benchmarks.select`.

Photos that the shipped coefficients were fitted on and photos that nothing was fitted on are reported apart; only the
latter say what to expect.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from skimage import data

from models.geometry import Bounds, Extent, Point
from models.mask import as_mask, bounds, fill_holes, iou
from models.segmentation.labelled import fitted_and_held_out, names, read_labelled
from models.segmentation.prompts import RegionPredictor
from models.segmentation.protocol import Grounding
from tests.shared_material import SHARED

_SMALLEST, _LARGEST = 0.01, 0.5


class Region(NamedTuple):
    """A region a person drew, and prompts that mean it."""

    mask: np.ndarray
    inmost: Point
    somewhere: Point
    box: Bounds


FITTED, HELD_OUT, DRAWN = "fitted on", "held out", "drawn scenes"


def photos(folder: Path | None) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Pictures with numbered regions and their group; drawn scenes over skimage's photos when there is no folder."""
    if folder is None:
        yield from ((DRAWN, picture, labels) for picture, labels in _drawn_scenes())
        return
    fitted, _ = fitted_and_held_out(names(folder))
    for name in names(folder):
        photo = read_labelled(folder, name)
        yield FITTED if name in fitted else HELD_OUT, photo.rgb, photo.labels


def _drawn_scenes() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    fills = [data.brick(), data.gravel(), data.grass()]
    for ground in (data.astronaut(), data.chelsea(), data.coffee(), data.rocket()):
        picture, labels = ground.copy(), np.zeros(ground.shape[:2], np.uint8)
        height, width = ground.shape[:2]
        for number, fill in enumerate(fills, 1):
            centre = (int(width * (0.2 + 0.28 * (number - 1))), int(height * rng.uniform(0.3, 0.7)))
            axes = (int(width * rng.uniform(0.06, 0.12)), int(height * rng.uniform(0.1, 0.25)))
            cv2.ellipse(labels, centre, axes, float(rng.uniform(0, 180)), 0, 360, number, -1)
            tint = rng.uniform(0.5, 1.2, 3)
            texture = np.clip(fill[:height, :width, None] * tint, 0, 255).astype(np.uint8)
            texture = cv2.resize(texture, (width, height))
            picture[labels == number] = texture[labels == number]
        yield cv2.GaussianBlur(picture, (0, 0), 0.7), labels


def regions(labels: np.ndarray, rng: np.random.Generator, with_ground: bool) -> list[Region]:
    """Connected regions between 1 % and 50 % of the picture, with clicks and a box 5 to 20 % too large."""
    found = []
    for value in np.unique(labels):
        if value == 0 and not with_ground:
            continue
        _, parts, stats, _ = cv2.connectedComponentsWithStats((labels == value).astype(np.uint8), connectivity=4)
        for part in range(1, len(stats)):
            if not _SMALLEST < stats[part, cv2.CC_STAT_AREA] / labels.size < _LARGEST:
                continue
            mask = parts == part
            depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
            y, x = divmod(int(depth.argmax()), depth.shape[1])
            ys, xs = np.nonzero(depth >= min(3.0, float(depth.max())))
            pick = int(rng.integers(len(ys)))
            tight, slack = bounds(mask.astype(np.float32)), rng.uniform(0.05, 0.2, 4)
            loose = Bounds(
                int(tight.x0 - slack[0] * tight.width),
                int(tight.y0 - slack[1] * tight.height),
                int(np.ceil(tight.x1 + slack[2] * tight.width)),
                int(np.ceil(tight.y1 + slack[3] * tight.height)),
            )
            inmost, somewhere = Point(x, y), Point(int(xs[pick]), int(ys[pick]))
            found.append(Region(mask, inmost, somewhere, loose.clipped(Extent.of(labels))))
    return found


def _cut(rgb: np.ndarray, labels: np.ndarray) -> np.ndarray:
    given = labels.copy()
    cv2.setRNGSeed(0)
    try:
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(rgb, labels, (0, 0, 1, 1), *models, 5, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        labels = given
    return (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)


def grabcut_click(rgb: np.ndarray, point: Point) -> np.ndarray:
    """The peer: a disc of 10 % of the diagonal is probably the thing, its middle surely, the border surely not."""
    diagonal = Extent.of(rgb).diagonal
    labels = np.full(rgb.shape[:2], cv2.GC_PR_BGD, np.uint8)
    cv2.circle(labels, point, int(0.10 * diagonal), cv2.GC_PR_FGD, -1)
    labels[:3], labels[-3:], labels[:, :3], labels[:, -3:] = (cv2.GC_BGD,) * 4
    cv2.circle(labels, point, max(3, int(0.018 * diagonal)), cv2.GC_FGD, -1)
    cut = _cut(rgb, labels)
    _, parts = cv2.connectedComponents(cut.astype(np.uint8))
    return fill_holes(as_mask(parts == parts[point.y, point.x])) >= 0.5


def grabcut_box(rgb: np.ndarray, box: Bounds) -> np.ndarray:
    """The peer: the usual GrabCut by rectangle."""
    labels = np.zeros(rgb.shape[:2], np.uint8)
    labels[box.slices] = cv2.GC_PR_FGD
    return _cut(rgb, labels)


class Outcome(NamedTuple):
    """Of one prompt: IoU of the first answer, the best IoU of all offered, and seconds."""

    first: float
    best: float
    seconds: float


Outcomes = dict[tuple[str, str], list[Outcome]]
"""By prompt and by who answered."""


def main() -> None:
    """Print mean IoU, share above 0.7 and time per prompt."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="take every n-th photo")
    parser.add_argument("--held-out", action="store_true", help="only photos that nothing was fitted on")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    folder = SHARED / "eval" / "regions" if SHARED else None
    rng = np.random.default_rng(arguments.seed)
    groups: dict[str, Outcomes] = {}
    preparing: list[float] = []
    for index, (group, rgb, labels) in enumerate(photos(folder)):
        found = regions(labels, rng, folder is not None)
        if index % arguments.every or (arguments.held_out and group == FITTED):
            continue
        predictor = RegionPredictor()
        start = time.perf_counter()
        predictor.set_image(rgb)
        preparing.append(time.perf_counter() - start)
        for region in found:
            _try(region, rgb, predictor, groups.setdefault(group, {}))
    print(f"set_image {np.median(preparing):.2f} s")
    for group, outcomes in groups.items():
        _report(group, outcomes)


def _try(region: Region, rgb: np.ndarray, predictor: RegionPredictor, outcomes: Outcomes) -> None:
    """All prompts that mean the region, answered by us and by GrabCut."""

    def note(prompt: str, who: str, compute: Callable[[], list[np.ndarray]]) -> None:
        start = time.perf_counter()
        masks = compute()
        took = time.perf_counter() - start
        overlaps = [iou(as_mask(m), as_mask(region.mask)) for m in masks]
        outcomes.setdefault((prompt, who), []).append(Outcome(overlaps[0], max(overlaps), took))

    for prompt, point in (("inmost click", region.inmost), ("random click", region.somewhere)):
        note(prompt, "ours", lambda p=point: _offered(predictor.from_points([p])))
        note(prompt, "GrabCut", lambda p=point: [grabcut_click(rgb, p)])
    note("loose box", "ours", lambda: _offered(predictor.from_box(region.box)))
    note("loose box", "GrabCut", lambda: [grabcut_box(rgb, region.box)])


def _report(group: str, outcomes: Outcomes) -> None:
    print(f"\n{group}: {len(outcomes['loose box', 'ours'])} regions")
    print(f"{'prompt':14}{'':10}{'mean IoU':>9}{'> 0.7':>8}{'best of 3':>11}{'seconds':>9}{'ratio':>7}")
    for (prompt, who), rows in outcomes.items():
        first, best, seconds = np.array(rows).T
        peer = np.mean([row.first for row in outcomes[prompt, "GrabCut"]])
        ratio = f"{first.mean() / peer:7.2f}"
        print(f"{prompt:14}{who:10}{first.mean():9.3f}{np.mean(first > 0.7):8.1%}", end="")
        print(f"{best.mean():11.3f}{np.median(seconds):9.3f}{ratio}")


def _offered(grounding: Grounding) -> list[np.ndarray]:
    return [candidate.mask for candidate in grounding.candidates]


if __name__ == "__main__":
    main()
