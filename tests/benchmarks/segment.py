"""A phrase to a mask, ours beside ultralytics' own FastSAM text prompt: `python -m tests.benchmarks.segment`.

Both sides have the same random weights: FastSAM-s or -x made from its graph, CLIP ViT-B/32 from its configuration
(ultralytics' own CLIP is replaced by that one, so both rank with the same network). The same number of proposals is
asked of both; ours are tidied as in the product, but all of them are ranked. Each side runs in a process of its own.

Ours is composed as the product composes it on the device: on a CPU one view of each proposal, and half precision where
the processor multiplies it natively (`--float32` compares at equal precision; ultralytics has no other on a CPU).
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np

PHRASES = ("a photo of the dog", "the sky", "a cat", "the photo", "a dog")
SCALES = {"s": (0.5, 0.33, 16, 1024), "x": (1.25, 1.0, 26, 512)}
CANDIDATES = 8  # for each proposal asked, so many boxes are confident enough: about what a trained net gives


def photo(width: int) -> np.ndarray:
    """A photo of a cup on a table, enlarged with noise of its own; H×W×3 uint8, three by two."""
    from skimage import data

    rgb = cv2.resize(data.coffee(), (width, round(width * 2 / 3)), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, 4, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


def make_models(folder: Path, size: str, rgb: np.ndarray, proposals: int) -> float:
    """Write FastSAM.pt and a CLIP folder; returns the confidence at which there are proposals enough in a picture."""
    import torch
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor

    from models.segmentation.fastsam import FastSAM, Settings
    from tests.models.segmentation.tiny_clip import tiny_tokenizer
    from tests.models.segmentation.tiny_fastsam import fastsam_graph, save_checkpoint, settled, spread_confidences

    torch.manual_seed(0)
    width, depth, reg_max, most_channels = SCALES[size]
    graph = fastsam_graph(width, depth, reg_max, most_channels)
    spread_confidences(graph, spread=0.05)
    save_checkpoint(settled(graph, photo(768)), folder / "FastSAM.pt")
    clip = folder / "clip"
    tokenizer = tiny_tokenizer(clip)
    config = CLIPConfig()
    for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
        setattr(config.text_config, name, getattr(tokenizer, name))
    CLIPModel(config).eval().save_pretrained(clip)
    CLIPProcessor(CLIPImageProcessor(), tokenizer).save_pretrained(clip)
    every = FastSAM(folder / "FastSAM.pt", settings=Settings(confidence=0.0, overlap=1.0, most=100_000)).detect(rgb)
    return float(np.sort(every.scores)[-CANDIDATES * proposals])


clock: Callable[[], float] = time.perf_counter


class Side(ABC):
    """One way from a picture and a phrase to a mask. `first` does everything, `further` asks again."""

    proposals = 0
    parts: dict[str, float]

    @abstractmethod
    def first(self, rgb: np.ndarray, phrase: str) -> np.ndarray:
        """H×W mask of what fits best."""

    @abstractmethod
    def further(self, phrase: str) -> np.ndarray:
        """The same of the same picture."""


class Ours(Side):
    """Proposals once, all crops in batches, one product a phrase, the edge at full resolution."""

    def __init__(self, folder: Path, arguments: argparse.Namespace) -> None:
        from models.segmentation.clip_ranker import ClipRanker
        from models.segmentation.crops import View
        from models.segmentation.fastsam import FastSAM, Settings

        settings = Settings(confidence=arguments.confidence, most=arguments.proposals, tidy=False, crops=0)
        views = (View.MASKED, View.CONTEXT)[: arguments.views]
        self._proposer = FastSAM(folder / "FastSAM.pt", arguments.device, settings, half=arguments.half)
        self._ranker = ClipRanker(folder / "clip", arguments.device, views, half=arguments.half)
        self.parts = {}

    def first(self, rgb: np.ndarray, phrase: str) -> np.ndarray:
        """Stage one, tidying, crops, the phrase, the mask."""
        from models.segmentation.hygiene import tidied
        from models.segmentation.pool_prompts import ProposalPool

        start = clock()
        found = self._proposer.propose(rgb)
        tidied(found)
        self.parts["stage one"] = clock() - start
        self.proposals = len(found)
        self._pool = ProposalPool(rgb, found)
        self._ranker.set_image(rgb, found)
        self.parts["crops"] = clock() - start - self.parts["stage one"]
        return self.further(phrase)

    def further(self, phrase: str) -> np.ndarray:
        """A text encoding, a product, an edge."""
        best = int(self._ranker.similarity([phrase])[0].argmax())
        return self._pool.mask(self._pool.proposals[best])


class Theirs(Side):
    """ultralytics' FastSAM with the paper's settings; a further phrase through its `prompt` on kept results."""

    def __init__(self, folder: Path, arguments: argparse.Namespace) -> None:
        from models.segmentation.fastsam import ultralytics

        text_model = ModuleType("ultralytics.nn.text_model")  # theirs imports a package that is not on PyPI
        text_model.CLIP = lambda _, device: _TheirClip(folder / "clip", device)  # type: ignore[attr-defined]
        sys.modules[text_model.__name__] = text_model
        self._model = ultralytics("models.fastsam").FastSAM(str(folder / "FastSAM.pt"))
        half = {"half": True} if arguments.half and arguments.device != "cpu" else {}  # it has none on a CPU
        self._settings = {
            "imgsz": 1024, "conf": arguments.confidence, "iou": 0.9, "retina_masks": True,
            "max_det": arguments.proposals, "device": arguments.device, "verbose": False, **half,
        }  # fmt: skip
        self.parts = {}

    def first(self, rgb: np.ndarray, phrase: str) -> np.ndarray:
        """Stage one, then a phrase; the two calls that a text prompt makes, kept apart for the time of each."""
        start = clock()
        self._results = self._model(np.ascontiguousarray(rgb[..., ::-1]), **self._settings)
        self.parts["stage one"] = clock() - start
        self.proposals = len(self._results[0])
        return self.further(phrase)

    def further(self, phrase: str) -> np.ndarray:
        """Every crop is encoded again."""
        found = self._model.predictor.prompt(self._results, texts=phrase)
        return found[0].masks.data[0].cpu().numpy()


class _TheirClip:
    """What ultralytics calls of OpenAI's CLIP package, by transformers; its preprocessing as in that package."""

    def __init__(self, folder: Path, device: Any) -> None:
        from torchvision import transforms
        from transformers import CLIPModel, CLIPTokenizer

        self._device = device
        self._model = CLIPModel.from_pretrained(folder).eval().to(device)
        self._tokenizer = CLIPTokenizer.from_pretrained(folder)
        mean, deviation = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
        self.image_preprocess = transforms.Compose(
            [
                transforms.Resize(224, interpolation=transforms.InterpolationMode.BICUBIC),
                transforms.CenterCrop(224),
                transforms.ToTensor(),
                transforms.Normalize(mean, deviation),
            ]
        )

    def encode_image(self, pixels: Any) -> Any:
        """Unit vectors of n×3×224×224."""
        import torch

        with torch.inference_mode():
            found = self._model.get_image_features(pixel_values=pixels).pooler_output
        return found / found.norm(dim=-1, keepdim=True)

    def tokenize(self, texts: list[str]) -> Any:
        """Padded to 77 tokens, as there."""
        return self._tokenizer(texts, return_tensors="pt", padding="max_length", max_length=77).to(self._device)

    def encode_text(self, tokens: Any) -> Any:
        """Unit vectors of what `tokenize` gave."""
        import torch

        with torch.inference_mode():
            found = self._model.get_text_features(**tokens).pooler_output
        return found / found.norm(dim=-1, keepdim=True)


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Medians over the repeats, in seconds; memory in megabytes."""
    import torch

    make: Callable[[Path, argparse.Namespace], Side] = Ours if arguments.side == "ours" else Theirs
    side = make(folder, arguments)
    rgb = photo(arguments.width)
    loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    side.first(rgb, "a warm-up")
    firsts, furthers, parts = [], [], []
    for _ in range(arguments.repeats):
        start = clock()
        side.first(rgb, PHRASES[0])
        firsts.append(clock() - start)
        parts.append(dict(side.parts))
        for phrase in PHRASES[1:]:
            start = clock()
            side.further(phrase)
            furthers.append(clock() - start)
            if arguments.side == "theirs":
                break  # every one costs the same there
    result = {
        "first": statistics.median(firsts),
        "stage one": statistics.median(part["stage one"] for part in parts),
        "further": statistics.median(furthers),
        "proposals": side.proposals,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "loaded": loaded,
    }
    if arguments.device != "cpu":
        result["device memory"] = torch.cuda.max_memory_allocated() / 2**20
    return result


def _in_own_process(folder: Path, confidence: float, side: str) -> dict[str, Any]:
    own = ["--side", side, "--folder", str(folder), "--confidence", str(confidence)]
    command = [sys.executable, "-m", "tests.benchmarks.segment", *sys.argv[1:], *own]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Print the table, or as a child process one side's figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=SCALES, default="s")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--float32", action="store_true", help="single precision on both sides")
    parser.add_argument("--proposals", type=int, default=60, help="asked of both sides")
    parser.add_argument("--views", type=int, choices=(1, 2), help="how often our ranker sees a proposal")
    parser.add_argument("--width", type=int, default=1536, help="of the photo, in pixels")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--processor", action="store_true", help="count processor seconds: for a machine that is busy")
    parser.add_argument("--side", choices=("ours", "theirs"), help=argparse.SUPPRESS)
    parser.add_argument("--confidence", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.half = not arguments.float32
    arguments.views = arguments.views or (1 if arguments.device == "cpu" else 2)
    if arguments.processor:
        globals()["clock"] = time.process_time
    if arguments.side:
        print(json.dumps(measure(arguments.folder, arguments)))
        return
    with tempfile.TemporaryDirectory() as name:
        rgb = photo(arguments.width)
        confidence = make_models(Path(name), arguments.model, rgb, arguments.proposals)
        theirs, ours = (_in_own_process(Path(name), confidence, side) for side in ("theirs", "ours"))
    height = round(arguments.width * 2 / 3)
    print(
        f"FastSAM-{arguments.model}, {arguments.device}, {arguments.width}×{height}, {arguments.views} view(s) of ours,"
        f" {'single precision' if arguments.float32 else 'half precision where it is native'}"
    )
    print(f"proposals: ultralytics {theirs['proposals']}, ours {ours['proposals']}")
    print(f"{'':28}{'ultralytics':>12}{'ours':>12}{'ratio':>8}")
    rows = {"first": "first phrase, s", "stage one": "  of it stage one, s", "further": "further phrase, s",
            "memory": "peak memory, MB", "device memory": "peak device memory, MB"}  # fmt: skip
    for key, label in rows.items():
        if key in ours:
            digits = 0 if "memory" in key else 3
            ratio = ours[key] / theirs[key]
            print(f"{label:28}{theirs[key]:12.{digits}f}{ours[key]:12.{digits}f}{ratio:8.3f}")


if __name__ == "__main__":
    main()
