"""Features in which filled and real pictures are compared: VGG16's where its weights are, else oriented filters.

Both give three maps per picture, at a half, a quarter and an eighth of its size, from B×3×H×W in [0, 1] (not
normalised to ImageNet's mean, as the published code of RFR-Net has it).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from models.errors import BadInputError

_VGG_BLOCKS = ((64, 64), (128, 128), (256, 256, 256))
_VGG_FILE = "vgg16-397923af.pth"  # as torchvision names its ImageNet weights in the hub's folder


class Features(Protocol):
    """Maps a batch of pictures to a few feature maps, B×C×h×w each."""

    name: str

    def __call__(self, pictures: torch.Tensor) -> Sequence[torch.Tensor]:
        """The maps of B×3×H×W pictures in [0, 1]."""
        ...


def choose_features(vgg: Path | None = None) -> VGGFeatures | OrientedFeatures:
    """VGG16 from `vgg` or from torch hub's folder; where it is not, oriented filters. Never downloads."""
    stored = Path(torch.hub.get_dir()) / "checkpoints" / _VGG_FILE
    if vgg is not None:
        return VGGFeatures(vgg)
    return VGGFeatures(stored) if stored.is_file() else OrientedFeatures()


class VGGFeatures(nn.Module):
    """pool1, pool2, pool3 of VGG16 (Simonyan and Zisserman 2015), frozen.

    Reads the convolutions from a `state_dict` in torchvision's names; raises BadInputError when they are not in it.
    """

    name = "VGG16"

    def __init__(self, weights: Path) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for block in _VGG_BLOCKS:
            for out in block:
                layers += [nn.Conv2d(channels, out, 3, padding=1), nn.ReLU()]
                channels = out
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        wanted = self.state_dict()
        try:
            stored = torch.load(weights, map_location="cpu", weights_only=True)
            self.load_state_dict({name: stored[name] for name in wanted})
        except (OSError, EOFError, KeyError, RuntimeError, ValueError, TypeError, UnpicklingError) as error:
            raise BadInputError(f"{weights} does not hold torchvision's VGG16 weights.") from error
        self.requires_grad_(False)

    def forward(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        """64, 128 and 256 channels at 1/2, 1/4 and 1/8."""
        maps = []
        for layer in self.features:
            pictures = layer(pictures)
            if isinstance(layer, nn.MaxPool2d):
                maps.append(pictures)
        return maps


class OrientedFeatures(nn.Module):
    """The substitute: rectified first and second derivatives of Gaussians in four directions, at three scales.

    Filters as in Freeman and Adelson 1991, on lightness and two colour differences; means of their products are
    texture statistics in the sense of Portilla and Simoncelli 2000. Learned from nothing: it says how edges and grain
    differ, not what things are.
    """

    name = "oriented filters (no VGG16 weights here)"

    def __init__(self) -> None:
        super().__init__()
        bank = torch.from_numpy(_filter_bank()).repeat(3, 1, 1, 1)
        opponent = torch.tensor([[1 / 3, 1 / 3, 1 / 3], [0.5, -0.5, 0.0], [0.25, 0.25, -0.5]])
        self.register_buffer("bank", bank, persistent=False)
        self.register_buffer("opponent", opponent[:, :, None, None], persistent=False)

    def forward(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        """48 channels at 1/2, 1/4 and 1/8: each response's positive and negative part."""
        maps = []
        bank, opponent = self.get_buffer("bank"), self.get_buffer("opponent")
        level = F.conv2d(pictures, opponent)
        for _ in range(3):
            level = F.avg_pool2d(level, 2)
            response = F.conv2d(F.pad(level, (2, 2, 2, 2), mode="replicate"), bank, groups=3)
            maps.append(torch.cat([F.relu(response), F.relu(-response)], 1))
        return maps


def _filter_bank() -> np.ndarray:
    """8×1×5×5 float32: odd and even filters at 0, 45, 90 and 135 degrees, each of unit L1 norm and zero mean."""
    y, x = np.mgrid[-2:3, -2:3].astype(np.float64)
    window = np.exp(-(x**2 + y**2) / 2)
    filters = []
    for angle in np.arange(4) * np.pi / 4:
        along = x * np.cos(angle) + y * np.sin(angle)
        for response in (along * window, (along**2 - 1) * window):
            centred = response - response.mean()
            filters.append(centred / np.abs(centred).sum())
    return np.stack(filters)[:, None].astype(np.float32)
