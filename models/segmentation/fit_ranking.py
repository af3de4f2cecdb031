"""Fit the ranking of candidate regions: `python -m models.segmentation.fit_ranking REGIONS`.

REGIONS holds photos on which people drew regions; a click in one, or a loose box around it, then has a known right
answer. Only the photos to fit on (`labelled.fitted_and_held_out`) are read.

With `--photos` scenes are composed besides, without human labels. Photos whose subject stands before a plain backdrop
give real objects with a known outline; they and strongly bounded regions of other photos are pasted over further
photos, with changed exposure, a shadow, blur and noise, so that the seam gives nothing away.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import as_mask, bounds, iou
from models.segmentation.boundaries import to_lab
from models.segmentation.box_ranking import BOX_COEFFICIENTS, box_terms
from models.segmentation.boxed import regions_in_box
from models.segmentation.candidates import Region, analyse, regions_at_points
from models.segmentation.fit_merging import fitted_rule, judgeable
from models.segmentation.labelled import Labelled, drawn_regions, fitted_and_held_out, names, read_labelled
from models.segmentation.merging import Rule
from models.segmentation.ranking import COEFFICIENTS, Coefficients, RankingBasis, expanded, measures, predicted
from models.segmentation.tight_box import LOOSEST

_LONGEST = 480
_SHARES = (0.008, 0.55)  # of the photo: regions a person may mean
_CLICKS, _BOXES = 3, 2  # for every region, besides its inmost point


class Cutout(NamedTuple):
    """A thing to paste: h×w×3 uint8 and its h×w bool outline."""

    rgb: np.ndarray
    mask: np.ndarray


class Scene(NamedTuple):
    """A picture and what a click or a box in it means: h×w×3 uint8, h×w bool, the click and the box."""

    rgb: np.ndarray
    truth: np.ndarray
    click: Point
    box: Bounds


def subject_before_backdrop(rgb: np.ndarray) -> np.ndarray | None:
    """The outline (h×w bool) of what stands before a plain backdrop; None when the frame is not plain."""
    lab = cv2.GaussianBlur(to_lab(rgb), (0, 0), 1.0)
    width = max(3, min(lab.shape[:2]) // 40)
    top, sides = lab[:width].reshape(-1, 3), np.concatenate([lab[:, :width], lab[:, -width:]], 1).reshape(-1, 3)
    frame = np.concatenate([top, sides])
    middle = np.median(frame, axis=0)
    if np.percentile(np.abs(frame - middle).max(axis=1), 90) > 6:
        return None
    unlike = (np.linalg.norm(lab - middle, axis=-1) > 9).astype(np.uint8)
    unlike = cv2.morphologyEx(unlike, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(unlike)
    if len(stats) < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    contours, _ = cv2.findContours((labels == largest).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    mask = cv2.drawContours(np.zeros(unlike.shape, np.uint8), contours, -1, 1, -1) > 0
    return mask if 0.03 < mask.mean() < 0.6 else None


def cut_out(rgb: np.ndarray, mask: np.ndarray) -> Cutout:
    """The thing alone."""
    part = bounds(mask.astype(np.float32))
    return Cutout(rgb[part.slices].copy(), mask[part.slices].copy())


def strong_regions(rgb: np.ndarray) -> list[np.ndarray]:
    """Regions of middling size with the strongest boundaries around them."""
    analysis = analyse(rgb)
    tree = analysis.trees[1]
    size = tree.leaves.size
    fitting = [n for n in range(len(tree.parent)) if 0.02 * size < tree.area[n] < 0.4 * size]
    fitting.sort(key=lambda n: -tree.persistence(n))
    masks = [tree.mask(n).astype(np.uint8) for n in fitting[:2]]
    return [cv2.resize(m, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_NEAREST) > 0 for m in masks]


def composed(ground: np.ndarray, thing: Cutout, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray] | None:
    """The thing pasted over the ground: the picture, and where the thing is seen; None when it does not fit."""
    height, width = ground.shape[:2]
    share = np.exp(rng.uniform(np.log(0.012), np.log(0.35)))
    scale = float(np.sqrt(share * height * width / max(1, thing.mask.sum())))
    size = max(4, round(thing.mask.shape[1] * scale)), max(4, round(thing.mask.shape[0] * scale))
    if scale > 2.5 or size[0] > 1.2 * width or size[1] > 1.2 * height:
        return None
    rgb = cv2.resize(thing.rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    alpha = cv2.GaussianBlur(cv2.resize(thing.mask.astype(np.float32), size), (0, 0), rng.uniform(0.5, 1.2))
    if rng.random() < 0.5:
        rgb, alpha = rgb[:, ::-1], alpha[:, ::-1]
    x = int(rng.integers(-size[0] // 6, max(1, width - size[0] * 5 // 6)))
    y = int(rng.integers(-size[1] // 8, max(1, height - size[1] * 5 // 6)))
    move = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
    alpha = cv2.warpAffine(np.ascontiguousarray(alpha), move, (width, height))
    layer = cv2.warpAffine(np.ascontiguousarray(rgb), move, (width, height)).astype(np.float32)
    scene = ground.astype(np.float32)
    if rng.random() < 0.4:
        drop = np.array([[1.0, 0.0, rng.uniform(-0.1, 0.1) * size[0]], [0.0, 1.0, 0.06 * size[1]]])
        shadow = cv2.GaussianBlur(cv2.warpAffine(alpha, drop, (width, height)), (0, 0), 0.04 * size[0] + 1)
        scene *= 1.0 - rng.uniform(0.2, 0.5) * shadow[..., None]
    layer = layer * rng.uniform(0.75, 1.2) + rng.uniform(-12, 12)
    scene = scene + alpha[..., None] * (layer - scene)
    scene = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.3, 0.8)) + rng.normal(0, rng.uniform(1, 4), scene.shape)
    return np.clip(scene, 0, 255).astype(np.uint8), alpha > 0.5


def inner_point(mask: np.ndarray, rng: np.random.Generator) -> Point:
    """Where a person might click: towards the inside, rarely at the very edge."""
    depth = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    wanted = depth >= rng.uniform(0.1, 1.0) * depth.max()
    ys, xs = np.nonzero(wanted)
    pick = int(rng.integers(len(xs)))
    return Point(int(xs[pick]), int(ys[pick]))


def inmost_point(mask: np.ndarray) -> Point:
    """The pixel deepest inside."""
    depth = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = divmod(int(depth.argmax()), depth.shape[1])
    return Point(x, y)


def loose_box(mask: np.ndarray, rng: np.random.Generator) -> Bounds:
    """A box as a person draws it: up to LOOSEST of its size too large on every side."""
    tight, slack = bounds(mask.astype(np.float32)), rng.uniform(0.0, LOOSEST, 4)
    return Bounds(
        round(tight.x0 - slack[0] * tight.width),
        round(tight.y0 - slack[1] * tight.height),
        round(tight.x1 + slack[2] * tight.width),
        round(tight.y1 + slack[3] * tight.height),
    ).clipped(Extent.of(mask))


def scenes(paths: Sequence[Path], count: int, seed: int) -> Iterator[Scene]:
    """`count` scenes with clicks, always the same for one seed."""
    rng = np.random.default_rng(seed)
    order = [paths[i] for i in rng.permutation(len(paths))]
    things: list[tuple[Cutout, Path]] = []
    made = 0
    for path in order:
        rgb = read(path)
        if (subject := subject_before_backdrop(rgb)) is not None:
            things.append((cut_out(rgb, subject), path))
    subjects = len(things)
    for path in order[: max(10, subjects // 2)]:
        rgb = read(path)
        things += [(cut_out(rgb, mask), path) for mask in strong_regions(rgb)]
    while made < count:
        thing, source = things[int(rng.integers(len(things)))]
        ground = paths[int(rng.integers(len(paths)))]
        if ground == source:
            continue
        result = composed(read(ground), thing, rng)
        if result is None:
            continue
        picture, seen = result
        _, labels, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8), connectivity=4)
        if len(stats) < 2:
            continue
        truth = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        if not 0.008 < truth.mean() < 0.5:
            continue
        made += 1
        yield Scene(picture, truth, inner_point(truth, rng), loose_box(truth, rng))


def read(path: Path) -> np.ndarray:
    """H×W×3 uint8, the longer side at most 480 pixels."""
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise BadInputError(f"{path} is not a picture that can be read.")
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    scale = min(1.0, _LONGEST / max(rgb.shape[:2]))
    return cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb


class Example(NamedTuple):
    """The terms of a scene's candidates, N×T, and their N IoUs with the truth."""

    terms: np.ndarray
    overlap: np.ndarray


def labelled(scene: Scene) -> tuple[Example, Example]:
    """The candidates of the scene's click, and those of its box."""
    analysis = analyse(scene.rgb)
    basis = RankingBasis(analysis)
    at_click = regions_at_points(analysis, [scene.click])
    in_box = regions_in_box(analysis, scene.box)
    return (
        Example(expanded(measures(basis, at_click, [scene.click])), _overlaps(at_click, scene.truth)),
        Example(box_terms(basis, in_box, scene.box), _overlaps(in_box, scene.truth)),
    )


def strange_rules(photos: Sequence[Labelled], folds: int = 3) -> list[Rule]:
    """For every photo a merging rule that was fitted without it, so that trees are as good as on unseen photos."""
    known = [judgeable(photo) for photo in photos]
    rules = [fitted_rule([k for i, k in enumerate(known) if i % folds != fold], 2, 8, 1) for fold in range(folds)]
    return [rules[place % folds] for place in range(len(photos))]


def labelled_by_people(photo: Labelled, rule: Rule, seed: int) -> tuple[list[Example], list[Example]]:
    """The candidates of clicks and of boxes for every region that a person drew on a photo, merged by `rule`."""
    rng = np.random.default_rng(seed)
    analysis = analyse(photo.rgb, rule)
    basis = RankingBasis(analysis)
    size = tuple(analysis.extent)
    clicks, boxes = [], []
    for drawn in drawn_regions(photo.labels, *_SHARES):
        truth = cv2.resize(drawn.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        for point in (inmost_point(truth), *(inner_point(truth, rng) for _ in range(_CLICKS))):
            regions = regions_at_points(analysis, [point])
            clicks.append(Example(expanded(measures(basis, regions, [point])), _overlaps(regions, truth)))
        for _ in range(_BOXES):
            box = loose_box(truth, rng)
            regions = regions_in_box(analysis, box)
            boxes.append(Example(box_terms(basis, regions, box), _overlaps(regions, truth)))
    return clicks, boxes


def _overlaps(regions: Sequence[Region], truth: np.ndarray) -> np.ndarray:
    return np.array([iou(as_mask(r.mask), as_mask(truth)) for r in regions])


def fit(examples: Sequence[tuple[np.ndarray, np.ndarray]], ridge: float) -> Coefficients:
    """Ridge regression of the IoU on the terms (N×T and N a scene); every scene weighs the same."""
    terms = np.concatenate([terms for terms, _ in examples])
    target = np.concatenate([overlap for _, overlap in examples])
    weight = np.concatenate([np.full(len(o), 1.0 / len(o)) for _, o in examples])
    weight /= weight.sum()
    mean = weight @ terms
    scale = np.sqrt(weight @ (terms - mean) ** 2) + 1e-6
    scale[scale < 1e-4] = 1.0
    z = (terms - mean) / scale
    intercept = float(weight @ target)
    gram = z.T @ (weight[:, None] * z) + ridge * np.eye(z.shape[1])
    return Coefficients(mean, scale, np.linalg.solve(gram, z.T @ (weight * (target - intercept))), intercept)


def write(coefficients: Coefficients, path: Path, photos: Sequence[str] = ()) -> None:
    """As JSON, rounded to what matters, with the names of the labelled photos it was fitted on."""
    values = {name: [float(f"{v:.5g}") for v in getattr(coefficients, name)] for name in ("mean", "scale", "weight")}
    text = json.dumps({**values, "intercept": round(coefficients.intercept, 5), "photos": list(photos)})
    path.write_text(text + "\n", encoding="utf-8")


def cross_validated(examples: Sequence[Sequence[Example]], ridge: float, folds: int = 4) -> tuple[float, float]:
    """Mean IoU of what is ranked first, and of the best there is; every photo ranked by a fit without it."""
    first, best = [], []
    for fold in range(folds):
        rest = [e for place, photo in enumerate(examples) if place % folds != fold for e in photo]
        formula = fit([e for e in rest if len(e.overlap) > 1], ridge)
        for example in (e for photo in examples[fold::folds] for e in photo):
            first.append(example.overlap[int(predicted(example.terms, formula).argmax())])
            best.append(example.overlap.max())
    return float(np.mean(first)), float(np.mean(best))


def main() -> None:
    """Measure, cross-validate by photo, fit, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("regions", type=Path, help="a folder of NAME.jpg with NAME_regions.png")
    parser.add_argument("--photos", type=Path, help="a folder of JPEG photos to compose further scenes of")
    parser.add_argument("--scenes", type=int, default=260)
    parser.add_argument("--ridge", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="the folder to write to")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    fitted, _ = fitted_and_held_out(names(arguments.regions))
    photos = [read_labelled(arguments.regions, name) for name in fitted]
    composed_ones: list[tuple[Example, Example]] = []
    rules = strange_rules(photos)
    with ProcessPoolExecutor(arguments.processes, mp_context=get_context("forkserver")) as pool:
        drawn = list(pool.map(labelled_by_people, photos, rules, range(len(photos))))
        if arguments.photos is not None:
            paths = sorted(p for p in arguments.photos.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg"})
            pictures = scenes(paths, arguments.scenes, arguments.seed)
            composed_ones = list(pool.map(labelled, pictures, chunksize=4))
    for kind, name in enumerate((COEFFICIENTS, BOX_COEFFICIENTS)):
        by_photo = [photo[kind] for photo in drawn]
        first, best = cross_validated(by_photo, arguments.ridge)
        print(f"{name}: cross-validated by photo {first:.3f}, of at best {best:.3f}")
        examples = [e for photo in by_photo for e in photo] + [pair[kind] for pair in composed_ones]
        write(fit([e for e in examples if len(e.overlap) > 1], arguments.ridge), arguments.output / name, fitted)


if __name__ == "__main__":
    main()
