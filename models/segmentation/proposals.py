"""Class-agnostic masks of everything in a picture, found before anybody asks: what prompts then choose from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from models.geometry import Bounds, Extent, Point
from models.progress import Progress


@dataclass(frozen=True)
class Proposal:
    """One mask. `box` is in pixels of the working picture; `inside` is the mask within it, bool, box height × width.

    `score` in [0, 1] is the detector's belief that there is a thing in the box; it says little of the mask.
    """

    box: Bounds
    inside: np.ndarray
    score: float

    @cached_property
    def area(self) -> int:
        """Pixels of the working picture."""
        return int(np.count_nonzero(self.inside))

    def shared(self, other: Proposal) -> int:
        """Pixels that are in both; the two are of one working picture."""
        both = self.box.intersection(other.box)
        if not both.area:
            return 0
        mine = self.inside[both.shifted(-self.box.x0, -self.box.y0).slices]
        return int(np.count_nonzero(mine & other.inside[both.shifted(-other.box.x0, -other.box.y0).slices]))

    def iou(self, other: Proposal) -> float:
        """Intersection over union of the two masks."""
        shared = self.shared(other)
        return shared / (self.area + other.area - shared) if shared else 0.0

    def holds(self, point: Point) -> bool:
        """Whether a pixel of the working picture is in the mask."""
        x, y = point.x - self.box.x0, point.y - self.box.y0
        return 0 <= x < self.box.width and 0 <= y < self.box.height and bool(self.inside[y, x])


@dataclass(frozen=True)
class Proposals(Sequence[Proposal]):
    """All proposals of one picture, by falling score. Masks are kept cropped: two hundred of them are a few megabytes.

    `extent` is the picture's; `working` is the size that the masks were computed at, never larger and of the same
    shape up to rounding.
    """

    extent: Extent
    working: Extent
    items: tuple[Proposal, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index):  # type: ignore[override]
        return self.items[index]

    def __iter__(self) -> Iterator[Proposal]:
        return iter(self.items)

    def mask(self, index: int) -> np.ndarray:
        """One mask over the whole working picture: bool, working height × width."""
        whole = np.zeros((self.working.height, self.working.width), bool)
        proposal = self.items[index]
        whole[proposal.box.slices] = proposal.inside
        return whole


class Proposer(Protocol):
    """The first stage: a picture to everything that is in it. Knows no words and no clicks."""

    name: str

    def propose(self, rgb: np.ndarray, progress: Progress | None = None) -> Proposals:
        """Find everything in H×W×3 uint8 sRGB. Raises CancelledError when progress says so."""
        ...
