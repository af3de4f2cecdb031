"""How good and how quick suggestions are: `python -m tests.benchmarks.suggest [--toy] [--sheet OUT.png --photos DIR]`.

Without options: time of the weight-free suggester, and how often the place that was drawn is told right on drawn
scenes. `--toy` trains concept diffusion on the drawn toy set and prints hits on held-out drawings beside those of the
most frequent words and of the best possible guess from the surroundings alone. `--sheet` writes pictures with a marked
place and the words, to be judged by eye; places lie on a fixed grid, so that nobody chose them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from models.mask import Mask
from models.prompting.rough import RoughSuggester
from models.prompting.surroundings import surroundings_of
from tests.models.prompting.drawn import ellipse, meadow, room, sea, street

_SCENES = {
    ("meadow", "sky"): (meadow, (0.3, 0.2, 0.12, 0.14)),
    ("meadow", "grass"): (meadow, (0.5, 0.75, 0.2, 0.2)),
    ("sea", "sky"): (sea, (0.6, 0.15, 0.2, 0.1)),
    ("sea", "water"): (sea, (0.4, 0.7, 0.3, 0.12)),
    ("street", "path"): (street, (0.5, 0.75, 0.2, 0.2)),
    ("room", "wall"): (room, (0.5, 0.3, 0.2, 0.2)),
    ("room", "floor"): (room, (0.5, 0.75, 0.15, 0.35)),
}
_GRID = ((0.25, 0.15, 0.16, 0.12), (0.7, 0.55, 0.12, 0.35), (0.4, 0.82, 0.25, 0.14))


def scenes() -> None:
    """Places told right, and the first three words of each."""
    rough, right = RoughSuggester(), 0
    for (name, place), (draw, where) in _SCENES.items():
        image, mask = draw(), ellipse(*where)
        told = surroundings_of(image, mask).likeliest
        right += told == place
        words = ", ".join(one.thing for one in rough.suggest(image, mask, 3))
        print(f"{name:8} {place:6} told {told:6} {words}")
    print(f"{right} of {len(_SCENES)} places told right")


def speed() -> None:
    """The median of ten suggestions for a picture of twelve megapixels, mask and all."""
    image = cv2.resize(meadow(), (4000, 3000))
    mask = cv2.resize(ellipse(0.5, 0.7, 0.2, 0.3), (4000, 3000), interpolation=cv2.INTER_NEAREST)
    rough = RoughSuggester()
    rough.suggest(image, mask)
    taken = []
    for _ in range(10):
        begun = time.process_time()
        rough.suggest(image, mask)
        taken.append(time.process_time() - begun)
    print(f"12 megapixels: {1000 * float(np.median(taken)):.0f} ms of one core")


def toy() -> None:
    """Concept diffusion and its baselines on held-out drawings."""
    import torch

    from models.prompting.diffusion import checkpoint
    from models.prompting.diffusion.conditions import sights_of
    from models.prompting.diffusion.process import draw_concepts, votes
    from models.prompting.diffusion.training import ConceptPlan, train_concepts
    from models.segmentation.clip_ranker import ClipRanker
    from tests.models.prompting.toy import OFTEN, WORDS, ToySet
    from tests.models.segmentation.tiny_clip import tiny_clip

    torch.set_num_threads(1)
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        clip = ClipRanker(tiny_clip(Path(folder) / "clip", dim=64))
        plan = ConceptPlan(
            heads=4, head=16, layers=2, steps=130, batch=48, learning_rate=3e-3, warmup=20, ema=0.97, template="{}"
        )
        learned, tested = ToySet(400, 1), ToySet(120, 2)
        train_concepts(learned, clip, Path(folder) / "toy.safetensors", plan)
        trained = checkpoint.read(Path(folder) / "toy.safetensors")
        examples = [tested[index] for index in range(len(tested))]
        truth = [one.phrase for one in examples]
        sights = sights_of(clip, [(one.rgb, one.mask) for one in examples])
        texts = trained.network.standardised(torch.from_numpy(clip.embed_texts(list(trained.phrases))))
        shares = votes(draw_concepts(trained.network, sights, each=6, seed=0, steps=10), texts)
    said = [[trained.phrases[at] for at in row.topk(3).indices] for row in shares]
    frequent = [[word for word, _ in learned.words().most_common(3)]] * len(truth)
    ground_of = {word: ground for (ground, _), word in WORDS.items()}
    ranked = sorted(OFTEN, key=lambda outline: -OFTEN[outline])
    context = [[WORDS[ground_of[word], outline] for outline in ranked] for word in truth]
    print(f"{len(truth)} held-out drawings, {len(WORDS)} words; {time.process_time() - begun:.0f} s of one core")
    for name, answers in (
        ("concept diffusion", said),
        ("most frequent words", frequent),
        ("surroundings alone", context),
    ):
        first = np.mean([answer[0] == word for answer, word in zip(answers, truth, strict=True)])
        three = np.mean([word in answer[:3] for answer, word in zip(answers, truth, strict=True)])
        print(f"{name:20} right {first:.0%}, among three {three:.0%}")


def sheet(photos: Path, target: Path, count: int) -> None:
    """Every n-th photo of a folder with three marked places and what is suggested for each."""
    files = sorted(path for path in photos.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    rough, rows = RoughSuggester(), []
    for path in files[:: max(1, len(files) // count)][:count]:
        decoded = cv2.imread(str(path))
        if decoded is None:
            continue
        tiles = [_tile(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), where, rough) for where in _GRID]
        rows.append(np.hstack(tiles))
    cv2.imwrite(str(target), np.vstack(rows)[..., ::-1])
    print(f"{len(rows)} photos: {target}")


def _tile(rgb: np.ndarray, where: tuple[float, float, float, float], rough: RoughSuggester) -> np.ndarray:
    height, width = rgb.shape[:2]
    x, y, across, down = where
    mask: Mask = np.zeros((height, width), np.float32)
    centre, axes = (round(x * width), round(y * height)), (round(across * width / 2), round(down * height / 2))
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1.0, -1)
    shown = rgb.copy()
    cv2.ellipse(shown, centre, axes, 0, 0, 360, (255, 0, 255), max(2, width // 200))
    scale = min(360 / width, 260 / height)
    small = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = np.full((360, 370, 3), 255, np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    for line, one in enumerate(rough.suggest(rgb, mask)):
        cv2.putText(tile, one.phrase, (4, 280 + 17 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return tile


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--toy", action="store_true")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--count", type=int, default=8)
    options = parser.parse_args()
    if options.sheet is not None:
        if options.photos is None:
            parser.error("--sheet needs --photos")
        sheet(options.photos, options.sheet, options.count)
        return
    if options.toy:
        toy()
        return
    scenes()
    speed()


if __name__ == "__main__":
    main()
