"""Phrases to masks on the evaluation photos: `python -m tests.benchmarks.ground`.

These photos were looked at while the word lists and a few thresholds were set: a development figure, not a
held-out one.

Right: the mask's box overlaps the target's box by IoU ≥ 0.6 and 80 % of the mask lies inside it. Asked: nothing
was chosen, the person is asked. Everything else is wrong. Beside it the peer that answers every phrase with
the most salient thing, cut by GrabCut. Then the subject and the sky on pictures whose regions a person drew.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from models.geometry import Bounds
from models.mask import bounds, iou
from models.segmentation.background import grown, otsu, tidied
from models.segmentation.phrases import PhraseGrounder
from models.segmentation.saliency import Scene
from tests.shared_material import SHARED

# Which drawn regions make up the subject, or the sky; "-" before them: everything but these.
SUBJECTS = {
    "109053": "5 8 9",
    "134035": "6 13 14",
    "147091": "2 12",
    "163085": "2 4 6",
    "167062": "- 1 2",
    "189080": "- 1",
    "210088": "- 1",
    "236037": "3 4",
    "253027": "- 1",
    "302008": "- 1 2 3",
    "69015": "6 12",
    "69020": "2",
    "76053": "- 1 7 8 9 10",
    "62096": "- 1 3",
    "37073": "6 9 11 14 15 16 18 22 24 25",
    "38082": "10 13",
    "126007": "12 17",
    "148089": "7",
    "285079": "11 12 13 22",
    "229036": "- 1 2 3",
    "66053": "8 9 10",
    "54082": "2",
}
SKIES = {
    "102061": "1",
    "126007": "1",
    "147091": "1",
    "197017": "1",
    "223061": "1",
    "241004": "1",
    "253055": "1",
    "260058": "1 2 3 4",
    "296007": "1",
    "38092": "1",
    "182053": "1",
    "78004": "1",
}


class Verdict(NamedTuple):
    """What became of one phrase: right, asked or wrong, and how well mask and target agree."""

    name: str
    agreement: float
    inside: float = 1.0


def judge(mask: np.ndarray | None, target: Bounds) -> Verdict:
    """Compare a mask's box (or None: asked) with the target's box."""
    if mask is None:
        return Verdict("asked", 0.0, 0.0)
    own = bounds(mask, 0.5)
    shared = own.intersection(target).area
    agreement = shared / max(own.area + target.area - shared, 1)
    selected = mask >= 0.5
    inside = float(selected[target.slices].sum() / max(selected.sum(), 1))
    return Verdict("right" if agreement >= 0.6 and inside >= 0.8 else "wrong", agreement, inside)


def salient_only(rgb: np.ndarray) -> np.ndarray:
    """The peer: whatever stands out, cut by GrabCut, for every phrase."""
    scene = Scene.of(rgb)
    cut = otsu(scene.saliency)
    small = tidied(grown(scene.rgb, np.clip((scene.saliency - cut) * 1.6 + 0.5, 0, 1)))
    return cv2.resize(small.astype(np.float32), (rgb.shape[1], rgb.shape[0]))


def read(path: Path) -> np.ndarray:
    """H×W×3 uint8 RGB."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(path)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def answer(rgb: np.ndarray, phrase: str) -> tuple[np.ndarray | None, float, float]:
    """The chosen mask (None when asked), its score and the seconds it took."""
    start = time.perf_counter()
    grounder = PhraseGrounder()
    grounder.set_image(rgb)
    found = grounder.from_words(phrase)
    return found.mask if found.found else None, found.score, time.perf_counter() - start


def run_photos(folder: Path) -> None:
    """Print a row per phrase, and the sums."""
    ours, peers, seconds = Counter(), Counter(), []
    print(f"{'phrase':30} {'ours':6} {'IoU':>5} {'inside':>6} {'score':>5} {'s':>5}   saliency + GrabCut")
    for line in (folder / "boxes.jsonl").read_text().splitlines():
        row = json.loads(line)
        rgb, target = read(folder / row["image"]), Bounds(*row["box"])
        mask, score, spent = answer(rgb, row["target"])
        verdict, peer = judge(mask, target), judge(salient_only(rgb), target)
        ours[verdict.name] += 1
        peers[peer.name] += 1
        seconds.append(spent)
        print(
            f"{row['target']:30} {verdict.name:6} {verdict.agreement:5.2f} {verdict.inside:6.2f} {score:5.2f} "
            f"{spent:5.2f}   {peer.name} {peer.agreement:.2f}"
        )
    for name, counts in (("ours", ours), ("saliency + GrabCut", peers)):
        answered = counts["right"] + counts["wrong"]
        print(
            f"{name:20} right {counts['right']}  asked {counts['asked']}  wrong {counts['wrong']}  "
            f"right of answered {counts['right'] / max(answered, 1):.2f}"
        )
    print(f"median {np.median(seconds):.2f} s")


def run_regions(folder: Path, phrase: str, wanted: dict[str, str]) -> None:
    """Mean IoU with the regions a person drew, over the pictures where something was chosen."""
    agreements, asked = [], 0
    for name, regions in wanted.items():
        rgb = read(folder / f"{name}.jpg")
        drawn = read(folder / f"{name}_regions.png")[: len(rgb), : rgb.shape[1], 0]
        ids = [int(word) for word in regions.replace("-", "").split()]
        truth = np.isin(drawn, ids) != regions.startswith("-")
        mask, _, _ = answer(rgb, phrase)
        if mask is None:
            asked += 1
        else:
            agreements.append(iou(mask, truth.astype(np.float32)))
    good = sum(value >= 0.7 for value in agreements)
    mean = np.mean(agreements) if agreements else 0.0
    print(f"{phrase}: asked {asked} of {len(wanted)}; else mean IoU {mean:.3f}, at least 0.7 in {good}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["photos", "subject", "sky"], help="one of the three parts")
    only = parser.parse_args().only
    if SHARED is None:
        raise SystemExit("The evaluation material is not beside this checkout.")
    folder = SHARED / "eval"
    if only in (None, "photos"):
        run_photos(folder / "photos")
    if only in (None, "subject"):
        run_regions(folder / "regions", "the subject", SUBJECTS)
    if only in (None, "sky"):
        run_regions(folder / "regions", "the sky", SKIES)


if __name__ == "__main__":
    main()
