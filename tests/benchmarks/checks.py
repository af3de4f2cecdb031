"""How often the checks are right: good results against damaged ones, each measure at its own limits.

    python -m tests.benchmarks.checks [--removals 12] [--regions 40]

Seams: fillings of scikit-image's photos against raw copies from elsewhere, 12 levels brighter. Leftovers and mirror
images: whole regions of the shared photos against the same regions with a quarter cut off, which is then left beside
the hole (regions as people drew them: some are parts of a thing, so that what they call left over is not always wrong).
Shadows: whole regions against the same with a soft shadow darkened into the photo at their foot (what some regions cast
is real); whatever is found in the shared and scikit-image's photos is named under the table, to be looked at. Copies:
the fillings against a piece of the surroundings pasted into the hole. Left in the box, gap in the box: whole regions
against those with a quarter cut off, each with a box around the whole region that is up to 8 % too large at every side;
"either" is what a person is told. Broken lines: the photos as they are, under holes in the shape of regions but
elsewhere, against the same with the hole's content moved down by an eighth of its side, and against it blurred.
Outlines: whole regions against the same moved aside by an eighth. Old colour: recoloured regions against the same
with a mask 6 pixels too tight. Colour: against another colour than was asked for. Printed: how many good results are
nagged about (doubtful or failed), and how many damaged ones are noticed.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator

import cv2
import numpy as np

from models.checking.broken_lines import broken_lines
from models.checking.copies import recognisable_copies
from models.checking.left_in_box import left_in_box
from models.checking.leftovers import leftovers
from models.checking.old_colour import old_colour
from models.checking.outline import outline
from models.checking.reflection import reflection
from models.checking.seams import seam_share
from models.checking.shadow import shadow
from models.colour.difference import body_difference
from models.colour.naming import parse_colour
from models.colour.oklab import linear_to_srgb, srgb_to_linear
from models.colour.recolour import body_colour, recolour
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.inpainting.filling import fill_hole
from models.mask import Mask, bounds, components, grow
from models.progress import SILENT
from models.segmentation.weight_free import WeightFreePredictor
from tests.benchmarks.removals_sheet import REMOVALS, drawn, outlined, photo
from tests.shared_material import SHARED
from tools.checking import cutting_out, recolouring, removal

_CUT = 0.25  # of a region is cut off
_BRIGHTER = 12  # 8-bit levels
_LOOSE = 0.08  # of a region's width or height: so much too large its box is at a side, at most
_ASIDE = 0.125  # of a hole's side: so far its content steps


def fillings(most: int) -> Iterator[tuple[np.ndarray, Mask, np.ndarray]]:
    """Photo, hole and filling."""
    for one in REMOVALS[:most]:
        before = photo(one.photo)
        hole = outlined(one, before.shape)
        sources = None if one.source is None else drawn(one.source, before.shape)
        yield before, hole, fill_hole(before, hole, seed=0, progress=SILENT, sources=sources).image


def shifted_in(before: np.ndarray, hole: Mask, direction: int) -> np.ndarray:
    """The hole filled with what lies a quarter of the picture away, a little brighter."""
    height, width = hole.shape
    step = ((0, width // 4), (0, -width // 4), (height // 4, 0), (-height // 4, 0))[direction % 4]
    moved = np.roll(before, step, (0, 1)).astype(int) + _BRIGHTER
    return np.where(hole[..., None] > 0, np.clip(moved, 0, 255), before).astype(np.uint8)


def repeated(filled: np.ndarray, hole: Mask) -> np.ndarray | None:
    """The filling with the most eye-catching piece of its surroundings in it once more; None without room for it."""
    box = bounds(hole)
    side = min(box.width, box.height) // 2
    near = box.padded(2 * side).clipped(Extent.of(filled))
    grey = cv2.cvtColor(filled, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if side < 12:
        return None
    corners = cv2.cornerMinEigenVal(grey, max(3, side // 2 * 2 - 1))
    allowed = np.zeros(hole.shape, bool)
    allowed[near.slices] = True
    allowed &= cv2.dilate((hole > 0).astype(np.uint8), np.ones((side + 8, side + 8), np.uint8)) == 0
    half = side // 2
    allowed[:half], allowed[-half - 1 :], allowed[:, :half], allowed[:, -half - 1 :] = False, False, False, False
    if not allowed.any():
        return None
    y, x = np.unravel_index(int(np.where(allowed, corners, -1).argmax()), hole.shape)
    result, (cx, cy) = filled.copy(), box.center
    if min(cy, cx) < half or cy + half >= hole.shape[0] or cx + half >= hole.shape[1]:
        return None
    result[cy - half : cy + half, cx - half : cx + half] = filled[y - half : y + half, x - half : x + half]
    return result


def regions(most: int) -> Iterator[tuple[np.ndarray, Mask]]:
    """Photos and compact regions of 1 to 15 % of them that people drew."""
    if SHARED is None:
        return
    for path in sorted((SHARED / "eval" / "regions").glob("*.jpg"))[:most]:
        picture = cv2.cvtColor(np.asarray(cv2.imread(str(path))), cv2.COLOR_BGR2RGB)
        labels = np.asarray(cv2.imread(str(path.with_name(f"{path.stem}_regions.png")), cv2.IMREAD_UNCHANGED))
        labels = labels if labels.ndim == 2 else labels.astype(np.int64) @ np.array([65536, 256, 1][: labels.shape[2]])
        for label in np.unique(labels):
            parts = components((labels == label).astype(np.float32))
            mask = parts[0]
            box = bounds(mask).padded(1)
            inside = box.clipped(Extent.of(mask)) == box
            whole = len(parts) == 1 or mask.sum() > 0.95 * (labels == label).sum()
            if inside and whole and 0.01 < mask.mean() < 0.15 and mask.sum() > 0.6 * hull_area(mask):
                yield picture, mask


def hull_area(mask: Mask) -> float:
    """Pixels inside the convex hull."""
    outlines, _ = cv2.findContours((mask > 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return float(cv2.contourArea(cv2.convexHull(np.vstack(outlines))))


def cut_off(mask: Mask, rng: np.random.Generator) -> Mask:
    """The region without the quarter on one side of a straight line."""
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]]
    along = columns * np.cos(angle) + rows * np.sin(angle)
    return mask * (along < np.quantile(along[mask > 0.5], 1 - _CUT))


def hole_of(mask: Mask) -> Mask:
    """As the edit `remove` grows it."""
    return grow(mask, 3 + round(0.003 * Extent.of(mask).diagonal))


def loosely(mask: Mask, rng: np.random.Generator) -> Bounds:
    """A box around the region as somebody in no hurry draws it."""
    box = bounds(mask, 0.5)
    left, top, right, bottom = rng.uniform(0, _LOOSE, 4)
    loose = Bounds(
        round(box.x0 - left * box.width),
        round(box.y0 - top * box.height),
        round(box.x1 + right * box.width),
        round(box.y1 + bottom * box.height),
    )
    return loose.clipped(Extent.of(mask))


def elsewhere(mask: Mask, rng: np.random.Generator) -> Mask:
    """The mask moved to any place of the picture in which it lies whole."""
    box, (height, width) = bounds(mask), mask.shape
    return np.roll(
        mask, (rng.integers(-box.y0, height - box.y1 + 1), rng.integers(-box.x0, width - box.x1 + 1)), (0, 1)
    )


def ended_lines(picture: np.ndarray, hole: Mask) -> float:
    """As the check sees them."""
    found = broken_lines(picture, hole)
    return found.share if found.ends >= removal.LINES else 0.0


def with_a_shadow(picture: np.ndarray, mask: Mask) -> np.ndarray:
    """The picture with 55 % of the light gone in a soft ellipse at the right of the region's foot."""
    box, cast = bounds(mask), np.zeros(mask.shape, np.float32)
    centre = (box.center.x + box.width // 3, box.y1 - box.height // 12)
    axes = (max(4, round(0.6 * box.width)), max(3, round(0.12 * box.height)))
    cv2.ellipse(cast, centre, axes, 0.0, 0.0, 360.0, (1.0,), -1)
    cast = cv2.GaussianBlur(cast, (0, 0), max(1.0, 0.03 * box.height)) * (mask < 0.5)
    light = srgb_to_linear(picture.astype(np.float32) / np.float32(255)) * (1 - 0.55 * cast[..., None])
    return np.rint(linear_to_srgb(light) * 255).astype(np.uint8)


def shadow_confidence(picture: np.ndarray, mask: Mask) -> float:
    """As the check sees it; 0 for none."""
    found = shadow(picture, mask, hole_of(mask))
    return 0.0 if found is None else found.confidence


def photographed() -> Iterator[tuple[str, np.ndarray, Mask]]:
    """Name, photo and thing: scikit-image's with the outlines of the sheet, the shared ones by their boxes."""
    for one in REMOVALS:
        picture = photo(one.photo)
        yield f"{one.photo}: {one.thing}", picture, drawn(one.outline, picture.shape)
    if SHARED is None:
        return
    folder = SHARED / "eval" / "photos"
    rows = [json.loads(line) for line in (folder / "boxes.jsonl").read_text().splitlines()]
    for row in [row for row in rows if row.get("box")]:
        picture = cv2.cvtColor(np.asarray(cv2.imread(str(folder / row["image"]))), cv2.COLOR_BGR2RGB)
        predictor = WeightFreePredictor()
        predictor.set_image(picture)
        yield f"{row['image']}: {row['target']}", picture, predictor.from_box(Bounds(*row["box"])).mask


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--removals", type=int, default=12)
    parser.add_argument("--regions", type=int, default=40, help="photos whose regions are used")
    arguments = parser.parse_args()
    good: dict[str, list[float]] = defaultdict(list)
    damaged: dict[str, list[float]] = defaultdict(list)
    for number, (before, hole, filled) in enumerate(fillings(arguments.removals)):
        good["seam"].append(seam_share(filled, hole))
        damaged["seam"].append(seam_share(shifted_in(before, hole, number), hole))
        good["copies"].append(recognisable_copies(filled, hole, hole).share)
        twice = repeated(filled, hole)
        if twice is not None:
            damaged["copies"].append(recognisable_copies(twice, hole, hole).share)
    wish, other = parse_colour("#1F3A93"), parse_colour("#C8A020")
    for number, (picture, mask) in enumerate(regions(arguments.regions)):
        part = cut_off(mask, np.random.default_rng(number))
        good["leftover"].append(leftovers(picture, mask, hole_of(mask)).share)
        damaged["leftover"].append(leftovers(picture, part, hole_of(part)).share)
        rng = np.random.default_rng(number)
        box = loosely(mask, rng)
        for values, taken in ((good, mask), (damaged, part)):
            boxed = left_in_box(picture, taken, hole_of(taken), box)
            values["left in box"].append(boxed.share)
            values["gap in box"].append(boxed.gap)
            values["either"].append(max(boxed.share / removal.LEFT_IN_BOX[0], boxed.gap / removal.GAP[0]))
        hole, step = elsewhere(hole_of(mask), rng), max(6, round(_ASIDE * float(np.sqrt(bounds(mask).area))))
        good["broken lines"].append(ended_lines(picture, hole))
        stepped = np.where(hole[..., None] > 0, np.roll(picture, step, 0), picture)
        damaged["broken lines"].append(ended_lines(stepped, hole))
        blurred = np.where(hole[..., None] > 0, cv2.GaussianBlur(picture, (0, 0), 6.0), picture)
        good["blurs"].append(good["broken lines"][-1])
        damaged["blurs"].append(ended_lines(blurred, hole))
        good["outline"].append(outline(picture, mask).unsure)
        damaged["outline"].append(outline(picture, np.roll(mask, (step, step), (0, 1))).unsure)
        good["reflection"].append(reflection(picture, mask, hole_of(mask)).likeness)
        good["shadow"].append(shadow_confidence(picture, mask))
        damaged["shadow"].append(shadow_confidence(with_a_shadow(picture, mask), mask))
        try:
            coloured = body_colour(picture, mask).has_hue
            done = recolour(picture, mask, wish)
            tight = recolour(picture, grow(mask, -6), wish)
        except BadInputError:  # nothing is left of it
            continue
        good["colour"].append(body_difference(picture, done, mask, wish.target))
        damaged["colour"].append(body_difference(picture, done, mask, other.target))
        # where the surroundings share the hue the measure says nothing, not even when a quarter of it kept its colour
        quarter = bounds(mask).x0 + bounds(mask).width // 4
        partly = np.where((np.arange(mask.shape[1]) < quarter)[None, :, None], picture, done)
        if coloured and old_colour(picture, partly, mask).share > 0:
            good["old colour"].append(old_colour(picture, done, mask).share)
            damaged["old colour"].append(old_colour(picture, tight, mask).share)
    limits = {
        "seam": removal.SEAM,
        "copies": removal.COPIED,
        "leftover": removal.LEFT_OVER,
        "left in box": removal.LEFT_IN_BOX,
        "gap in box": removal.GAP,
        "either": (1.0, 2.0),
        "broken lines": removal.BROKEN,
        "blurs": removal.BROKEN,
        "outline": cutting_out.UNSURE,
        "reflection": removal.MIRRORED,
        "shadow": removal.SHADED,
        "colour": recolouring.OFF,
        "old colour": recolouring.OLD,
    }
    print(f"{'measure':>12} {'doubtful':>8} {'failed':>7} {'good':>5} {'nagged':>7} {'damaged':>8} {'noticed':>8}")
    for kind, (doubtful, failed) in limits.items():
        nagged = np.mean(np.array(good[kind]) >= doubtful) if good[kind] else float("nan")
        noticed = np.mean(np.array(damaged[kind]) >= doubtful) if damaged[kind] else float("nan")
        print(
            f"{kind:>12} {doubtful:8.3f} {failed:7.3f} {len(good[kind]):5} {nagged:7.1%} {len(damaged[kind]):8} "
            f"{noticed:8.1%}"
        )
    seen = [(name, shadow_confidence(picture, mask)) for name, picture, mask in photographed()]
    found = [f"{name} ({confidence:.2f})" for name, confidence in seen if confidence >= removal.SHADED[0]]
    print(f"shadows found beside {len(found)} of {len(seen)} things in photos: {'; '.join(found)}")


if __name__ == "__main__":
    main()
