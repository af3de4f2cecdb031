"""Learn when people part two regions: `python -m models.segmentation.fit_merging REGIONS`.

Every photo's merging is run with the rule so far; each pair of neighbours it comes across is judged by the regions
that a person drew. The next rule is fitted on all that has been judged, and so on (as in Ross, Gordon, Bagnell, "A
reduction of imitation learning and structured prediction to no-regret online learning", AISTATS 2011). Only the
photos to fit on (`labelled.fitted_and_held_out`) are read for fitting; on the others the trees are measured.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from models.segmentation.boundaries import strength_and_textons, to_lab
from models.segmentation.hierarchy import RegionTree, grown_leaves, region_trees
from models.segmentation.labelled import Labelled, drawn_regions, fitted_and_held_out, names, read_labelled
from models.segmentation.merging import MERGING, Judged, Leaves, Rule, judged_links

_FIRST = Rule.weighted(1.0, 1.2)
_LINKS_A_PHOTO = 6000


class Judgeable(NamedTuple):
    """A photo's leaves and, K×T, how many pixels of each lie in each region that a person drew."""

    leaves: Leaves
    truth: np.ndarray


def judgeable(photo: Labelled) -> Judgeable:
    """Measured as `candidates.analyse` does; BSDS photos have the working size already."""
    oriented, textons = strength_and_textons(photo.rgb)
    labels, leaves = grown_leaves(oriented.max(axis=0), _smooth(photo.rgb), textons)
    values, numbers = np.unique(photo.labels, return_inverse=True)
    joint = labels.ravel() * len(values) + numbers.ravel()
    truth = np.bincount(joint, minlength=len(leaves.area) * len(values)).reshape(-1, len(values))
    return Judgeable(leaves, truth)


def _smooth(rgb: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(to_lab(rgb), (0, 0), 1.0)


def fitted_rule(photos: Sequence[Judgeable], rounds: int, units: int, networks: int) -> Rule:
    """`networks` small networks, their logits averaged, each fitted from another start. Always the same."""
    rng = np.random.default_rng(0)
    rule, seen = _FIRST, []
    for _ in range(rounds):
        for photo in photos:
            links = judged_links(photo.leaves, rule, photo.truth)
            pick = rng.choice(len(links.apart), min(_LINKS_A_PHOTO, len(links.apart)), replace=False)
            seen.append(Judged(*(values[pick] for values in links)))
        links = Judged(*(np.concatenate(values) for values in zip(*seen, strict=True)))
        rule = averaged([fitted_network(links, units, seed) for seed in range(networks)])
    return rule


def averaged(rules: Sequence[Rule]) -> Rule:
    """One network whose logit is the mean of theirs."""
    return Rule.network(
        np.concatenate([r.hidden for r in rules], axis=1),
        np.concatenate([r.hidden_bias for r in rules]),
        np.concatenate([r.out for r in rules]) / len(rules),
        float(np.mean([r.out_bias for r in rules])),
    )


def fitted_network(links: Judged, units: int, seed: int, steps: int = 1500) -> Rule:
    """One hidden layer, fitted by AdamW on the weighted cross entropy of `links.apart`."""
    import torch

    measures = torch.tensor(links.measures, dtype=torch.float32)
    mean, spread = measures.mean(0), measures.std(0) + 1e-3
    standard = (measures - mean) / spread
    apart = torch.tensor(links.apart, dtype=torch.float32)
    weight = torch.tensor(links.weight / links.weight.mean(), dtype=torch.float32)
    dice = torch.Generator().manual_seed(seed)
    hidden = torch.nn.Parameter(torch.randn(standard.shape[1], units, generator=dice) * 0.3)
    hidden_bias, out_bias = torch.nn.Parameter(torch.zeros(units)), torch.nn.Parameter(torch.zeros(1))
    out = torch.nn.Parameter(torch.randn(units, generator=dice) * 0.3)
    adam = torch.optim.AdamW([hidden, hidden_bias, out, out_bias], 1e-2, weight_decay=1e-3)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(steps):
        pick = torch.randint(len(standard), (2048,), generator=dice)
        logit = torch.tanh(standard[pick] @ hidden + hidden_bias) @ out + out_bias
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logit, apart[pick], weight[pick])
        adam.zero_grad()
        loss.backward()
        adam.step()
        slower.step()
    with torch.no_grad():
        raw = hidden / spread[:, None]
        bias = hidden_bias - mean @ raw
        first, second, third = (a.numpy().astype(np.float64) for a in (raw, bias, out))
    return Rule.network(first, second, third, float(out_bias.detach()))


def best_overlap(tree: RegionTree, drawn: np.ndarray) -> float:
    """The highest IoU of any node of the tree with a drawn region, H×W bool, among those over its deepest pixel."""
    depth = cv2.distanceTransform(np.pad(drawn, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    leaf = int(tree.leaves.ravel()[int(depth.argmax())])
    shared = tree.sums(np.bincount(tree.leaves.ravel(), drawn.ravel().astype(float), tree.leaf_count))
    overlap = shared / (tree.area + np.count_nonzero(drawn) - shared)
    return float(overlap[tree.path(leaf)].max())


def write(rule: Rule, photos: Sequence[str], path: Path) -> None:
    """As JSON, rounded to what matters, with the names of the photos it was fitted on."""
    arrays = {"hidden": rule.hidden, "hidden_bias": rule.hidden_bias, "out": rule.out}
    values = {name: np.vectorize(lambda v: float(f"{v:.5g}"))(array).tolist() for name, array in arrays.items()}
    text = json.dumps({**values, "out_bias": round(rule.out_bias, 5), "photos": list(photos)})
    path.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Fit on the photos to fit on, write, and measure the trees on the others."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("regions", type=Path, help="a folder of NAME.jpg with NAME_regions.png")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--units", type=int, default=8, help="hidden units of each network")
    parser.add_argument("--networks", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / MERGING)
    arguments = parser.parse_args()
    fitted, held_out = fitted_and_held_out(names(arguments.regions))
    photos = [judgeable(read_labelled(arguments.regions, name)) for name in fitted]
    rule = fitted_rule(photos, arguments.rounds, arguments.units, arguments.networks)
    write(rule, fitted, arguments.output)
    overlaps = []
    for photo in (read_labelled(arguments.regions, name) for name in held_out):
        oriented, textons = strength_and_textons(photo.rgb)
        trees = region_trees(oriented.max(axis=0), _smooth(photo.rgb), textons, [Rule.weighted(1, 0), _FIRST, rule])
        overlaps += [[best_overlap(tree, drawn) for tree in trees] for drawn in drawn_regions(photo.labels, 0.01, 0.5)]
    print("best IoU over a region's inmost pixel, held-out photos: boundary, boundary and colour, learned")
    print(np.mean(overlaps, axis=0).round(3))


if __name__ == "__main__":
    main()
