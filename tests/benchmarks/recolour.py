"""Recolouring beside HSV hue swap, Lab shift and Reinhard: `python -m tests.benchmarks.recolour`.

Regions of scikit-image's photos (and, when the evaluation material is there, of its photos) are given ten
colours. Columns, means over all of them:

- dE: mean CIEDE2000 of the diffuse body (pixels near the region's modal lightness and its hue) to the colour
- detail: correlation of fine lightness detail before and after (the texture is kept)
- order: rank correlation of smooth lightness (shading is kept)
- fringe: mean CIEDE2000 from the pixels at the mask's edge (its feather and two pixels inwards) to the nearest
  mix of the new colour inside and the background outside, which they should be
- s/MP: seconds per megapixel of the picture
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from scipy.stats import spearmanr
from skimage import color, data

from models.colour.naming import ColourWish, parse_colour
from models.colour.oklab import srgb_to_oklab, to_unit
from models.colour.recolour import body_colour, recolour
from models.compositing import composite
from models.mask import feather
from tests.shared_material import SHARED

COLOURS = ("red", "navy", "teal", "#1F3A93", "mustard", "forest green", "pink", "grey", "white", "black")
Method = Callable[[np.ndarray, np.ndarray, ColourWish], np.ndarray]


def ours(image: np.ndarray, mask: np.ndarray, wish: ColourWish) -> np.ndarray:
    return recolour(image, mask, wish)


def _target(wish: ColourWish) -> np.ndarray:
    return np.round(np.array(wish.target) * 255).astype(np.uint8)[None, None]


def hsv_swap(image: np.ndarray, mask: np.ndarray, wish: ColourWish) -> np.ndarray:
    """Hue and saturation of the colour, value of the picture."""
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    hsv[..., :2] = cv2.cvtColor(_target(wish), cv2.COLOR_RGB2HSV)[0, 0, :2]
    return composite(image, cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), mask)


def _lab(image: np.ndarray) -> np.ndarray:
    return color.rgb2lab(image).astype(np.float32)


def _from_lab(lab: np.ndarray) -> np.ndarray:
    return np.round(np.clip(color.lab2rgb(lab), 0, 1) * 255).astype(np.uint8)


def lab_shift(image: np.ndarray, mask: np.ndarray, wish: ColourWish) -> np.ndarray:
    """Everything moved by the difference of the colour and the region's median."""
    lab = _lab(image)
    lab += _lab(_target(wish))[0, 0] - np.median(lab[mask > 0.5], axis=0)
    return composite(image, _from_lab(lab), mask)


def reinhard(image: np.ndarray, mask: np.ndarray, wish: ColourWish) -> np.ndarray:
    """Colour transfer (Reinhard et al. 2001) to a colour: mean replaced, chroma's spread reduced to a third."""
    lab = _lab(image)
    mean = lab[mask > 0.5].mean(axis=0)
    lab = (lab - mean) * np.array([1, 0.3, 0.3], np.float32) + _lab(_target(wish))[0, 0]
    return composite(image, _from_lab(lab), mask)


METHODS: dict[str, Method] = {"ours": ours, "HSV swap": hsv_swap, "Lab shift": lab_shift, "Reinhard": reinhard}


def _largest(selected: np.ndarray) -> np.ndarray:
    closed = cv2.morphologyEx(selected.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    return (labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()).astype(np.float32)


def _grab(image: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """What a box encloses, by GrabCut started from the box's middle third."""
    x0, y0, x1, y1 = box
    state = np.full(image.shape[:2], cv2.GC_BGD, np.uint8)
    state[y0:y1, x0:x1] = cv2.GC_PR_FGD
    state[y0 + (y1 - y0) // 3 : y1 - (y1 - y0) // 3, x0 + (x1 - x0) // 3 : x1 - (x1 - x0) // 3] = cv2.GC_FGD
    cv2.setRNGSeed(1)
    cv2.grabCut(image, state, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    return _largest((state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD))


def regions() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """(name, H×W×3 uint8, H×W float32 mask feathered as a tool would)."""
    suit = data.astronaut()
    hsv = cv2.cvtColor(suit, cv2.COLOR_RGB2HSV)
    orange = (hsv[..., 0] < 16) & (hsv[..., 1] > 110) & (hsv[..., 2] > 60)
    orange[:170], orange[:, :22] = False, False
    yield "suit", suit, feather(_largest(orange), 2)
    cup = data.coffee()
    lab = cv2.cvtColor(cup, cv2.COLOR_RGB2LAB)
    dish = np.zeros(cup.shape[:2], np.uint8)
    cv2.ellipse(dish, (278, 225), (203, 165), 8, 0, 360, 1, -1)
    yield "cup", cup, feather(_largest((dish > 0) & (lab[..., 1] > 150)), 2)
    if SHARED is None:
        return
    photos = SHARED / "eval" / "photos"
    for line in (photos / "boxes.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["op"] == "recolor":
            image = cv2.cvtColor(cv2.imread(str(photos / row["image"])), cv2.COLOR_BGR2RGB)
            yield row["target"], image, feather(_grab(image, tuple(row["box"])), 2)


def measure(image: np.ndarray, mask: np.ndarray, result: np.ndarray, wish: ColourWish) -> dict[str, float]:
    """The columns above, but for the time."""
    body = body_colour(image, mask)
    before, after = srgb_to_oklab(to_unit(image)), srgb_to_oklab(to_unit(result))
    inner = cv2.erode((mask >= 1).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    near = (np.abs(before[..., 0] - body.lightness) < 0.03) & inner
    near &= np.hypot(before[..., 1] - body.a, before[..., 2] - body.b) < 0.05
    lab = color.rgb2lab(result)
    wanted = color.rgb2lab(_target(wish))[0, 0]
    surface = inner & (body.membership(before) > 0.9) & (before[..., 0] < 0.97)

    def fine(lightness: np.ndarray) -> np.ndarray:
        return (lightness - cv2.GaussianBlur(lightness, (0, 0), 3))[surface]

    def smooth(lightness: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(lightness, (0, 0), 3)[surface]

    light, new_light = (np.ascontiguousarray(x[..., 0]) for x in (before, after))
    return {
        "dE": float(color.deltaE_ciede2000(lab[near], wanted[None]).mean()),
        "detail": float(np.corrcoef(fine(light), fine(new_light))[0, 1]),
        "order": float(spearmanr(smooth(light), smooth(new_light)).statistic),
        "fringe": _fringe(image, result, mask, inner),
    }


def _fringe(image: np.ndarray, result: np.ndarray, mask: np.ndarray, inner: np.ndarray) -> float:
    """Mean CIEDE2000 from the rim to the nearest mix of the new colour inside and the background outside."""
    rim = (mask > 0) & (cv2.erode((mask >= 1).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    outside = (mask <= 0).astype(np.float32)
    inside = inner.astype(np.float32)
    light = to_unit(result).astype(np.float32) ** 2.2

    def around(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        total = cv2.GaussianBlur(weight, (0, 0), 5)
        return cv2.GaussianBlur(light * weight[..., None], (0, 0), 5) / np.maximum(total, 1e-6)[..., None], total

    (front, much), (back, little) = around(inside), around(outside)
    rim &= (much > 0.02) & (little > 0.02)
    axis = front - back
    share = np.clip(((light - back) * axis).sum(-1) / np.maximum((axis**2).sum(-1), 1e-6), 0, 1)
    mixed = (back + share[..., None] * axis)[rim] ** (1 / 2.2)
    return float(color.deltaE_ciede2000(color.rgb2lab(result)[rim], color.rgb2lab(mixed)).mean())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--colours", nargs="*", default=COLOURS, help="what to recolour to")
    parser.add_argument("--each", action="store_true", help="one line per region, not only the means")
    options = parser.parse_args()
    cv2.setNumThreads(2)
    warnings.filterwarnings("ignore", message="Conversion from CIE-LAB")  # the peers leave the gamut
    rows: dict[tuple[str, str], list[dict[str, float]]] = {}
    for name, image, mask in regions():
        for text in options.colours:
            wish = parse_colour(text)
            for label, method in METHODS.items():
                start = time.perf_counter()
                result = method(image, mask, wish)
                seconds = (time.perf_counter() - start) / (mask.size / 1e6)
                rows.setdefault((name, label), []).append(measure(image, mask, result, wish) | {"s/MP": seconds})
    columns = ("dE", "detail", "order", "fringe", "s/MP")
    print(f"{'region':14s}{'method':12s}" + "".join(f"{column:>9s}" for column in columns))
    everything = {label: [row for (_, key), part in rows.items() if key == label for row in part] for label in METHODS}
    if options.each:
        for (name, label), part in rows.items():
            _line(name, label, part, columns)
    for label, part in everything.items():
        _line("all", label, part, columns)
    mean = {label: np.mean([row["dE"] for row in part]) for label, part in everything.items()}
    best = min((label for label in METHODS if label != "ours"), key=lambda label: mean[label])
    print(f"\nours / best other ({best}): dE × {mean['ours'] / mean[best]:.2f}")


def _line(name: str, label: str, rows: list[dict[str, float]], columns: tuple[str, ...]) -> None:
    cells = "".join(f"{np.nanmean([row[column] for row in rows]):9.2f}" for column in columns)
    print(f"{name:14s}{label:12s}{cells}")


if __name__ == "__main__":
    main()
