"""FastSAM's first stage (Zhao et al. 2023, arXiv 2306.12156): everything in a picture, by one convolutional pass.

The one file that imports ultralytics (AGPL-3.0), and only when a model is loaded. What the network predicts is turned
into masks by our own code, see `prototypes.py`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np

from models.errors import BadInputError, UnavailableError
from models.geometry import Extent
from models.progress import SILENT, Progress
from models.segmentation.hygiene import tidied_proposal, without_duplicates
from models.segmentation.large_pictures import crops, found_closely
from models.segmentation.letterbox import Letterbox
from models.segmentation.proposals import Proposal, Proposals
from models.segmentation.prototypes import Detections, mask_inside, pixels_inside, snapped_to_border

_OFFLINE = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "ULTRALYTICS_SAFE_LOAD": "true"}
_STRIDE = 32
_NETWORK_SHARE = 0.85  # of the time, for reports
_EXACT_IN_HALF = 1024  # the centres of 128 cells of 8 px are the most that bfloat16 tells apart
_CROPS_ON_CPU, _CROPS_ELSEWHERE = 4, 24
_importing = threading.Lock()


@dataclass(frozen=True)
class Settings:
    """The paper's: `longest`, `confidence`, `overlap`; and what is ours.

    `longest` is the input's longer side in pixels, a multiple of 32. `overlap` is the intersection over union of boxes
    above which the lower score goes; one look returns at `most` so many. Masks are computed at `working` px at most:
    the prototypes are a quarter of the input, more pixels than the input's would tell nothing. `tidy` cleans masks and
    drops duplicates (`hygiene.py`). Pictures much larger than the input are also looked at in up to `crops` windows
    (`large_pictures.py`), their masks kept at `working_with_crops` px; None is 4 on a CPU and 24 elsewhere, 0 none.
    """

    longest: int = 1024
    confidence: float = 0.4
    overlap: float = 0.9
    most: int = 300
    working: int = 1024
    working_with_crops: int = 2048
    tidy: bool = True
    crops: int | None = None

    def __post_init__(self) -> None:
        if self.longest < _STRIDE or self.longest % _STRIDE:
            raise BadInputError(f"FastSAM's input size must be a multiple of {_STRIDE}; {self.longest} is not.")


class FastSAM:
    """Implements `Proposer`. May be shared between threads: passes through the network take turns."""

    name = "fastsam"

    def __init__(
        self, weights: Path, device: str = "cpu", settings: Settings | None = None, half: bool = False
    ) -> None:
        """Load a FastSAM checkpoint (`FastSAM-s.pt`, `FastSAM-x.pt`, or one trained alike).

        The file is a pickle. ultralytics reads it with `weights_only` and a list of known layer classes, so that it
        cannot run code of its own; still, callers give it only files whose sha256 the catalogue knows, or that the
        person chose. `half` computes convolutions in float16 on CUDA, in bfloat16 on a CPU that multiplies it
        natively, and changes nothing elsewhere; boxes stay exact to a fraction of a pixel, scores to a hundredth.
        Raises UnavailableError when ultralytics is not installed, the file is missing or damaged, or no FastSAM
        model is in it.
        """
        import torch

        self.settings = settings or Settings()
        self._device = torch.device(device)
        self._half = _half_type(self._device, self.settings.longest) if half else None
        model = _loaded(weights).to(self._device).to(memory_format=torch.channels_last)
        if self._half is not None:
            _halve(model, self._half)
        self._model = model
        self._lock = threading.Lock()
        self._progress = SILENT
        layers = list(self._model.model)
        for number, layer in enumerate(layers):
            layer.register_forward_pre_hook(self._reporter(number / len(layers)))

    def propose(self, rgb: np.ndarray, progress: Progress | None = None) -> Proposals:
        """Find everything in H×W×3 uint8 sRGB; nothing found is an empty list.

        Raises BadInputError for anything but an 8-bit RGB picture, CancelledError when progress says so.
        """
        _require_rgb(rgb)
        progress, extent = progress or SILENT, Extent.of(rgb)
        most = self.settings.crops
        if most is None:
            most = _CROPS_ON_CPU if self._device.type == "cpu" else _CROPS_ELSEWHERE
        windows = crops(extent, self.settings.longest, most)
        if windows:
            working = extent.fit_within(self.settings.working_with_crops)
            found = found_closely(rgb, self._look, windows, working, progress)
        else:
            found = self._look(rgb, extent.fit_within(self.settings.working), progress)
        return without_duplicates(found) if self.settings.tidy else found

    def _look(self, rgb: np.ndarray, working: Extent, progress: Progress) -> Proposals:
        found = self.detect(rgb, progress.part(0.0, _NETWORK_SHARE))
        return self._masked(found, working, progress.part(_NETWORK_SHARE, 1.0))

    def detect(self, rgb: np.ndarray, progress: Progress | None = None) -> Detections:
        """What the network says of H×W×3 uint8 sRGB: boxes, scores and what masks are made of.

        Raises BadInputError for anything but an 8-bit RGB picture, CancelledError when progress says so.
        """
        import torch
        from torchvision.ops import nms

        _require_rgb(rgb)
        letterbox = Letterbox.of(Extent.of(rgb), self.settings.longest, _STRIDE)
        pixels = torch.from_numpy(letterbox.image(rgb)).to(self._device).permute(2, 0, 1)[None]
        with torch.inference_mode():
            pixels = pixels.to(torch.float32).div_(255.0)
            predicted, prototypes = self._forward(pixels, progress or SILENT)
            rows = predicted[0].float().T
            rows = rows[rows[:, 4] > self.settings.confidence]
            centres, sizes = rows[:, :2], rows[:, 2:4]
            corners = torch.cat([centres - sizes / 2, centres + sizes / 2], dim=1)
            kept = nms(corners, rows[:, 4], self.settings.overlap)[: self.settings.most]
            boxes = letterbox.boxes_of_picture(corners[kept].cpu().numpy())
            scores, coefficients = rows[kept, 4].cpu().numpy(), rows[kept, 5:].cpu().numpy()
            return Detections(letterbox, boxes, scores, coefficients, prototypes[0].float().cpu().contiguous().numpy())

    def _forward(self, pixels: Any, progress: Progress) -> tuple[Any, Any]:
        import torch

        half = torch.autocast(self._device.type, self._half or torch.bfloat16, enabled=self._half is not None)
        with self._lock, half:
            self._progress = progress
            try:
                return self._model(pixels)[0]
            finally:
                self._progress = SILENT

    def _reporter(self, fraction: float) -> Any:
        def report(*_: Any) -> None:
            self._progress.report(fraction, "finding everything in the picture")

        return report

    def _masked(self, found: Detections, working: Extent, progress: Progress) -> Proposals:
        picture = found.letterbox.picture
        reduced = Extent(found.prototypes.shape[2], found.prototypes.shape[1])
        sampling = found.letterbox.sampling(working, reduced)
        scale_x, scale_y = working.width / picture.width, working.height / picture.height
        items = []
        for index, box in enumerate(snapped_to_border(found.boxes, picture)):
            if index % 16 == 0:
                progress.report(index / len(found), "drawing outlines")
            bounds = pixels_inside(box, scale_x, scale_y, working)
            inside = mask_inside(found, index, bounds, sampling)
            if inside.any():
                item = Proposal(bounds, inside, float(found.scores[index]))
                items.append(tidied_proposal(item) if self.settings.tidy else item)
        return Proposals(picture, working, tuple(items))


def _require_rgb(rgb: np.ndarray) -> None:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or min(rgb.shape[:2]) < 1:
        raise BadInputError("Finding things needs an 8-bit RGB picture; convert this one first.")


def _loaded(weights: Path) -> Any:
    """The network in evaluation mode, float32, batch norms folded into convolutions."""
    import torch

    if not weights.is_file():
        raise UnavailableError(f"FastSAM's weights are not at {weights}; download them first.")
    if weights.suffix != ".pt":
        raise UnavailableError(f"{weights.name} is no FastSAM checkpoint: those end in .pt; choose such a file.")
    tasks = ultralytics("nn.tasks")
    heads = ultralytics("nn.modules")
    try:
        with _quiet():
            checkpoint, _ = tasks.torch_safe_load(weights, safe_only=True)
    except (TypeError, RuntimeError, OSError, ModuleNotFoundError, AttributeError, KeyError, ValueError) as error:
        raise UnavailableError(f"{weights.name} cannot be read as a FastSAM checkpoint; download it again.") from error
    model: Any = checkpoint.get("ema") or checkpoint.get("model")
    layers: Any = getattr(model, "model", None)
    head: Any = layers[-1] if isinstance(layers, torch.nn.Sequential) and len(layers) else None
    if not isinstance(head, heads.Segment) or head.nc != 1 or head.end2end:
        raise UnavailableError(
            f"{weights.name} holds another model than FastSAM (a YOLOv8 segmentation network of one class); "
            "choose a FastSAM checkpoint."
        )
    for module in model.modules():
        if isinstance(module, torch.nn.Upsample) and not hasattr(module, "recompute_scale_factor"):
            module.recompute_scale_factor = None  # checkpoints older than torch 1.11
    with _quiet():
        return model.float().fuse(verbose=False).eval().requires_grad_(False)


def _half_type(device: Any, longest: int) -> Any:
    """The half-precision type that is fast on a device, None when there is none or it would not be exact enough."""
    import torch

    if longest > _EXACT_IN_HALF:
        return None
    if device.type == "cuda":
        return torch.float16
    native = any(torch.cpu.get_capabilities().get(name) for name in ("avx512_bf16", "amx_bf16"))
    return torch.bfloat16 if device.type == "cpu" and native else None


def _halve(model: Any, half: Any) -> None:
    """Weights of convolutions in half precision; the sum that turns bins into pixels of a box stays in float32."""
    import torch

    class FloatSum(torch.nn.Module):
        """A layer outside autocast."""

        def __init__(self, layer: Any) -> None:
            super().__init__()
            self.layer = layer

        def forward(self, bins: Any) -> Any:
            with torch.autocast(bins.device.type, enabled=False):
                return self.layer(bins.float())

    head = model.model[-1]
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
            module.to(half)
    head.dfl = FloatSum(head.dfl.float())


def ultralytics(module: str) -> ModuleType:
    """A module of ultralytics by its name within the package, imported so that it leaves the machine alone.

    It looks nothing up, installs nothing, and keeps its settings in a folder that is deleted at exit. What it changes
    in this process on import (OpenCV's threads, how arrays are printed, how pictures are opened, variables) is put
    back. Raises UnavailableError when it is not installed.
    """
    import importlib

    with _importing, _process_as_it_was():
        try:
            return importlib.import_module(f"ultralytics.{module}")
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != "ultralytics":
                raise
            raise UnavailableError(
                "FastSAM needs the package ultralytics; install it with: pip install 'pentimento[ultralytics]'"
            ) from error


@contextmanager
def _process_as_it_was() -> Iterator[None]:
    import sys

    import torch
    from PIL import Image

    os.environ.update(_OFFLINE)
    if "ultralytics" in sys.modules:
        yield
        return
    variables, threads, arrays = dict(os.environ), cv2.getNumThreads(), np.get_printoptions()
    # its Image.open wants to install a package when a file is no picture
    places = ((Image, "open"), (torch, "save"), (cv2, "imread"), (cv2, "imwrite"), (cv2, "imshow"))
    replaced = [(owner, name, getattr(owner, name)) for owner, name in places]
    settings = tempfile.mkdtemp(prefix="pentimento-ultralytics-")
    atexit.register(shutil.rmtree, settings, ignore_errors=True)
    os.environ["YOLO_CONFIG_DIR"] = settings
    try:
        with _quiet():
            yield
    finally:
        for name in set(os.environ) - set(variables):
            del os.environ[name]
        os.environ.update(variables)
        cv2.setNumThreads(threads)
        np.set_printoptions(**arrays)
        torch.set_printoptions(profile="default")
        for owner, name, own in replaced:
            setattr(owner, name, own)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without ultralytics' notes on its own settings and on how it would load a model."""
    import logging

    logger = logging.getLogger("ultralytics")
    disabled, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = disabled
