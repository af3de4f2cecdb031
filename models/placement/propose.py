"""Propose a place for a new thing: of many boxes of the right size, the one where it would be put by hand.

What counts, all of it measured on the picture: that the box is free (little detail, nothing salient, nothing of the
subject), that it stands on what can carry it, that it is as large as such a thing would be there, and that it does not
touch the picture's edges. Deterministic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.mask import Mask
from models.mask import bounds as bounds_of
from models.placement.surroundings import Surroundings
from models.placement.things import Home, Thing, size_of
from models.placement.where import Relation, Where
from models.placement.worn import head_of, worn_box

_SHARES = {  # of the picture's height: what a thing of half a metre gets where no scale is known, and how it grows
    Home.GROUND: (0.26, 0.27),
    Home.SURFACE: (0.25, 0.40),
    Home.SKY: (0.095, 0.13),
    Home.WALL: (0.24, 0.3),
    Home.WATER: (0.12, 0.25),
}
_LEAST, _MOST = 0.05, 0.78  # of the picture's height
_WIDEST = 0.8  # of the picture's width
_MARGIN = 0.02  # of the picture's sides that stays free
_COMFORT = 0.07  # nearer to an edge it looks pushed there
_TALL = 2.5  # metres
_STEP = 0.025  # of the picture's sides between candidates
_FOOT = 0.14  # of a box's height is what it stands on
_GAP = 0.06  # of the neighbour's width between things beside each other
_FRONT = 0.12  # of the neighbour's height nearer to us is in front of it
_SURFACES = frozenset(
    "table desk shelf floor ground grass lawn road street beach sand snow counter bench chair sofa couch bed roof "
    "water lake sea river pond field meadow path pavement sidewalk rug carpet windowsill sill plate tray stage ice "
    "rock stone terrace balcony wall fence saucer piano car hill deck porch driveway garden countertop nightstand "
    "stool".split()
)
_GROUNDS = frozenset(
    "floor ground grass lawn road street beach sand snow field meadow path pavement sidewalk water lake sea river pond "
    "ice sky wall garden hill driveway stage background foreground".split()
)


@dataclass(frozen=True)
class Anchor:
    """What the new thing lies to: its H×W mask in the whole picture, the words for it, and how the thing lies to it."""

    mask: Mask
    phrase: str
    relation: Relation | None


@dataclass(frozen=True)
class Place:
    """Where a thing goes: bounds in the whole picture. `behind`: what is named there hides part of it."""

    box: Bounds
    behind: bool = False


@dataclass(frozen=True)
class _Size:
    """In pixels of the reduced picture."""

    width: float
    height: float

    def standing(self, x: float, base: float) -> Bounds:
        """The box whose base has its middle at x, base."""
        return Bounds(round(x - self.width / 2), round(base - self.height), round(x + self.width / 2), round(base))


def propose(around: Surroundings, thing: Thing, where: Where, anchor: Anchor | None = None) -> Place:
    """The best place for a thing. `where` narrows it to a part of the picture; `anchor` to a neighbour."""
    if thing.home in (Home.HEAD, Home.BODY) and (anchor is None or anchor.relation in (None, Relation.ON, Relation.IN)):
        worn = _worn(around, thing, anchor)
        if worn is not None:
            return Place(_enlarged(around, worn))
    candidates = list(_anywhere(around, thing, where)) if anchor is None else list(_at(around, thing, anchor))
    hidden = anchor is not None and anchor.relation is Relation.BEHIND
    judge = _Judge(around, thing, anchor)
    fitting = [box for box in candidates if _inside(box, around.extent)] or [
        _pushed_in(box, around.extent) for box in candidates
    ]
    best = max(fitting, key=lambda box: (judge.score(box), -box.y0, -box.x0))
    return Place(_enlarged(around, best), hidden)


def standing_at(around: Surroundings, thing: Thing, x: int, y: int) -> Place:
    """A thing that stands (or hangs, or is fixed) at a clicked pixel of the whole picture."""
    spot = around.reduced(Bounds(x, y, x + 1, y + 1))
    size = _size(around, thing, spot.y1, None)
    hangs = thing.home in (Home.SKY, Home.WALL, Home.HEAD, Home.BODY)
    box = size.standing(spot.x0, spot.y0 + size.height / 2 if hangs else spot.y1)
    return Place(_enlarged(around, _pushed_in(box, around.extent)))


def _size(around: Surroundings, thing: Thing, base: float, metre: float | None) -> _Size:
    """How large a thing is that stands on row `base`. `metre` in pixels, where a neighbour tells it."""
    height_of_picture = around.extent.height
    share, growth = _SHARES.get(thing.home, _SHARES[Home.GROUND])
    usual = share * (thing.height / 0.5) ** growth * height_of_picture
    trust = 0.8
    if metre is None:
        metre, trust = around.scale.per_metre(base), around.scale.trust
        if thing.home is Home.SKY:
            metre = None  # its distance is anybody's guess
    height = usual if metre is None else usual ** (1 - trust) * (metre * thing.height) ** trust
    height = float(np.clip(height, _LEAST * height_of_picture, _MOST * height_of_picture))
    width = height * thing.aspect
    most = _WIDEST * around.extent.width
    if width > most:
        width, height = most, height * most / width
    return _Size(width, height)


# ---- where it could go ----


def _anywhere(around: Surroundings, thing: Thing, where: Where) -> Iterator[Bounds]:
    """Boxes of the right size on a grid over the part of the picture that is meant."""
    width = around.extent.width
    across, down = where.across, where.down
    for base in _rows(around, thing, down):
        size = _size(around, thing, base, None)
        left, right = size.width / 2 + _MARGIN * width, width * (1 - _MARGIN) - size.width / 2
        if across is not None:
            left, right = _narrowed(left, right, across, width)
        for x in _grid(left, right, _STEP * width):
            yield size.standing(x, base)


def _rows(around: Surroundings, thing: Thing, down: int | None) -> Iterator[float]:
    """Rows for the base of a box."""
    height = around.extent.height
    size = _size(around, thing, 0.8 * height, None)
    top, bottom = size.height + _MARGIN * height, (1 - _MARGIN) * height
    if down is not None:
        if down == 0:
            yield from _grid(height / 2 + 0.4 * size.height, height / 2 + 0.6 * size.height, _STEP * height)
        elif down < 0:
            yield from _grid(top, max(top, 0.4 * height + size.height / 2), _STEP * height)
        else:
            yield from _grid(0.75 * height, bottom, _STEP * height)
        return
    if thing.home in (Home.GROUND, Home.SURFACE, Home.WATER):
        horizon = around.scale.horizon
        from_row = 0.5 * height if horizon is None else np.clip(horizon + 0.04 * height, 0.25 * height, 0.85 * height)
        yield from _grid(float(from_row), bottom, _STEP * height)
    else:
        yield from _grid(top, max(top, 0.72 * height), _STEP * height)


def _at(around: Surroundings, thing: Thing, anchor: Anchor) -> Iterator[Bounds]:
    """Boxes that lie to a neighbour as was said."""
    mask = _small(anchor.mask, around.extent)
    box = bounds_of(mask.astype(np.float32))
    metre = _metre_of(box, anchor.phrase, around.extent)
    relation = anchor.relation or _natural(thing, anchor.phrase)
    step = max(1.0, _STEP * around.extent.width)
    beside = _size(around, thing, box.y1, metre)
    gap = max(2.0, _GAP * box.width) + beside.width / 2
    if relation in (Relation.LEFT, Relation.RIGHT, Relation.BESIDE):
        sides = {Relation.LEFT: (-1,), Relation.RIGHT: (1,)}.get(relation, (-1, 1))
        hangs = thing.home in (Home.SKY, Home.WALL)
        base = box.center.y + beside.height / 2 if hangs else box.y1
        for side in sides:
            edge = box.x0 if side < 0 else box.x1
            for extra in (0.0, step, 2 * step, 4 * step, 6 * step):
                yield beside.standing(edge + side * (gap + extra), base)
    elif relation is Relation.ABOVE:
        size = _size(around, thing, box.y0, metre)
        for up in (0.3, 0.6, 1.0):
            for x in _grid(box.x0 + 0.25 * box.width, box.x1 - 0.25 * box.width, step):
                yield size.standing(x, box.y0 - up * max(0.1 * box.height, 0.3 * size.height))
    elif relation is Relation.BELOW:
        for x in _grid(box.x0 + 0.25 * box.width, box.x1 - 0.25 * box.width, step):
            yield beside.standing(x, box.y1 + 0.05 * box.height + beside.height)
    elif relation is Relation.FRONT:
        base = box.y1 + max(_FRONT * box.height, 0.25 * beside.height)
        size = _size(around, thing, base, None if metre is None else 1.1 * metre)
        for x in _grid(box.x0, box.x1, step):
            yield size.standing(x, min(base, 0.99 * around.extent.height))
    elif relation is Relation.BEHIND:
        base = box.y1 - _FRONT * box.height
        size = _size(around, thing, base, None if metre is None else 0.9 * metre)
        for x in _grid(box.x0 - 0.3 * size.width, box.x1 + 0.3 * size.width, step):
            yield size.standing(x, base)
    elif relation is Relation.AROUND:
        yield box.padded(round(0.08 * max(box.width, box.height))).clipped(around.extent)
    elif relation is Relation.ON and _carries(thing, anchor.phrase):
        yield from _standing_on(around, thing, mask, box, metre)
    else:
        yield from _within(around, thing, mask, box, metre)


def _standing_on(
    around: Surroundings, thing: Thing, mask: np.ndarray, box: Bounds, metre: float | None
) -> Iterator[Bounds]:
    """Boxes whose foot is on a surface; of a low thing only the upper part is one, its front is not."""
    last = box.y1 if box.height > 0.4 * around.extent.height else box.y0 + 0.55 * box.height
    for base in _grid(box.y0 + 0.08 * box.height, float(last), max(1.0, 0.5 * _STEP * around.extent.height)):
        size = _size(around, thing, base, metre)
        row = mask[min(int(base), mask.shape[0] - 1)]
        columns = np.flatnonzero(row)
        if columns.size:
            half = size.width / 2
            for x in _grid(columns[0] + half, columns[-1] - half, _STEP * around.extent.width):
                yield size.standing(x, base)
    if not box.area:
        yield _size(around, thing, 0.8 * around.extent.height, metre).standing(*around.extent.bounds.center)


def _within(around: Surroundings, thing: Thing, mask: np.ndarray, box: Bounds, metre: float | None) -> Iterator[Bounds]:
    """Boxes inside an outline; smaller when it has no room."""
    size = _size(around, thing, box.y1, metre)
    shrink = min(1.0, 0.8 * box.width / size.width, 0.8 * box.height / size.height)
    size = _Size(max(3.0, size.width * shrink), max(3.0, size.height * shrink))
    for y in _grid(box.y0 + size.height / 2, box.y1 - size.height / 2, _STEP * around.extent.height):
        for x in _grid(box.x0 + size.width / 2, box.x1 - size.width / 2, _STEP * around.extent.width):
            if mask[min(int(y), mask.shape[0] - 1), min(int(x), mask.shape[1] - 1)]:
                yield size.standing(x, y + size.height / 2)
    yield size.standing(box.center.x, box.center.y + size.height / 2)


def _worn(around: Surroundings, thing: Thing, anchor: Anchor | None) -> Bounds | None:
    if anchor is not None:
        return worn_box(thing, head_of(_small(anchor.mask, around.extent), around.faces)).clipped(around.extent)
    if around.faces:
        return worn_box(thing, around.faces[0]).clipped(around.extent)
    if around.subject.any():
        return worn_box(thing, head_of(around.subject, ())).clipped(around.extent)
    return None


def _natural(thing: Thing, phrase: str) -> Relation:
    """What "table", said alone, means for a cup."""
    return Relation.ON if _carries(thing, phrase) else Relation.IN


def _carries(thing: Thing, phrase: str) -> bool:
    stands = thing.home in (Home.GROUND, Home.SURFACE, Home.WATER) or _last_word(phrase) not in ("wall", "sky")
    return stands and _last_word(phrase) in _SURFACES and thing.home is not Home.SKY and thing.home is not Home.WALL


def _last_word(phrase: str) -> str:
    words = phrase.lower().split()
    return words[-1].removesuffix("s") if words else ""


def _metre_of(box: Bounds, phrase: str, extent: Extent) -> float | None:
    """Pixels of a metre at a neighbour whose usual size is known and that is seen whole; None otherwise."""
    usual = size_of(phrase)
    cut = sum((box.x0 <= 1, box.y0 <= 1, box.x1 >= extent.width - 1, box.y1 >= extent.height - 1))
    if usual is None or cut > 1 or not box.area or _last_word(phrase) in _GROUNDS:
        return None
    tall, wide = box.height / usual[0], box.width / usual[1]
    return float(np.sqrt(tall * wide))


# ---- how good it is ----


class _Judge:
    """Scores boxes of the reduced picture. Means over boxes come from integral images, so a score costs nothing."""

    def __init__(self, around: Surroundings, thing: Thing, anchor: Anchor | None) -> None:
        self._extent, self._thing = around.extent, thing
        self._faces = around.faces
        subject = around.subject.copy()
        self._anchored = anchor is not None
        if anchor is not None:  # what it is to lie on or behind does not count as taken
            taken = anchor.relation not in (Relation.LEFT, Relation.RIGHT, Relation.BESIDE, Relation.ABOVE)
            own = _small(anchor.mask, around.extent)
            subject = subject & ~own if taken else subject | own
        self._subject = cv2.integral(subject.astype(np.float32), sdepth=cv2.CV_64F)
        self._busy = cv2.integral(around.busy, sdepth=cv2.CV_64F)
        self._salient = cv2.integral(around.salient, sdepth=cv2.CV_64F)
        self._sky = cv2.integral(around.sky.astype(np.float32), sdepth=cv2.CV_64F)
        self._water = cv2.integral(around.water.astype(np.float32), sdepth=cv2.CV_64F)
        self._has_sky, self._has_water = bool(around.sky.any()), bool(around.water.any())
        found = bounds_of(around.subject.astype(np.float32))
        self._foot = found.y1 if around.subject.any() and found.y1 < 0.97 * around.extent.height else None

    def score(self, box: Bounds) -> float:
        """Higher is better; only differences mean anything."""
        foot = Bounds(box.x0, box.y1 - max(2, round(_FOOT * box.height)), box.x1, box.y1)
        busy, salient = _mean(self._busy, box), _mean(self._salient, box)
        total = -7.0 * _mean(self._subject, box) - 2.0 * salient - 0.5 * busy - self._crowded(box)
        total -= 6.0 * sum(box.intersection(face).area / max(face.area, 1) for face in self._faces)
        match self._thing.home:
            case Home.SKY:
                total += 3.0 * _mean(self._sky, box) if self._has_sky else -1.5 * box.center.y / self._extent.height
                total -= 0.25 * _off_third(box.center.x / self._extent.width)
            case Home.WALL:
                total -= 2.0 * busy + 2.0 * _mean(self._sky, box)
                total -= 0.8 * abs(box.center.y / self._extent.height - 0.38)
            case Home.WATER:
                total += 3.0 * _mean(self._water, foot) if self._has_water else 0.0
                total -= 2.0 * _mean(self._sky, foot) + 0.25 * _off_third(box.center.x / self._extent.width)
            case _:
                total -= 1.0 * _mean(self._busy, foot) + 3.0 * _mean(self._sky, foot)
                total -= 1.5 * _mean(self._water, foot) if self._has_water else 0.0
                total += self._level(box)
                if not self._anchored:
                    total -= 0.3 * _off_third(box.center.x / self._extent.width)
        return total

    def _crowded(self, box: Bounds) -> float:
        """For hugging the picture's edge."""
        width, height = self._extent
        near = (box.x0 / width, 1 - box.x1 / width, box.y0 / height, 1 - box.y1 / height)
        return sum(4.0 * max(0.0, _COMFORT - one) for one in near)

    def _level(self, box: Bounds) -> float:
        """For standing about as near as the subject: things share a floor, or a table."""
        if self._anchored:
            return 0.0
        wanted = 0.82 * self._extent.height if self._foot is None else self._foot
        weight = 3.0 if self._thing.home is Home.SURFACE else 2.0
        if self._thing.height > _TALL and box.y1 < wanted:
            weight = 0.4  # a house or a tree may stand far behind
        return -weight * abs(box.y1 - wanted) / self._extent.height


def _mean(integral: np.ndarray, box: Bounds) -> float:
    height, width = integral.shape[0] - 1, integral.shape[1] - 1
    part = box.clipped(Extent(width, height))
    if not part.area:
        return 0.0
    total = integral[part.y1, part.x1] - integral[part.y0, part.x1] - integral[part.y1, part.x0]
    return float(total + integral[part.y0, part.x0]) / part.area


def _off_third(along: float) -> float:
    """How far a share of a side is from the nearer line of thirds; the middle is no place for a newcomer."""
    return min(abs(along - 1 / 3), abs(along - 2 / 3))


# ---- small geometry ----


def _grid(low: float, high: float, step: float) -> Iterator[float]:
    """From low to high, both of them; their middle when they are the wrong way round."""
    if high <= low:
        yield (low + high) / 2
        return
    yield from np.linspace(low, high, max(2, min(40, round((high - low) / max(step, 1.0)) + 1))).tolist()


def _narrowed(left: float, right: float, across: int, width: int) -> tuple[float, float]:
    if across == 0:
        return width / 2, width / 2
    middle = 0.36 * width if across < 0 else 0.64 * width
    return (left, max(left, middle)) if across < 0 else (min(right, middle), right)


def _inside(box: Bounds, extent: Extent) -> bool:
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= extent.width and box.y1 <= extent.height


def _pushed_in(box: Bounds, extent: Extent) -> Bounds:
    """Moved into the picture; cut only when it is larger."""
    dx = max(0, -box.x0) - max(0, box.x1 - extent.width)
    dy = max(0, -box.y0) - max(0, box.y1 - extent.height)
    return box.shifted(dx, dy).clipped(extent)


def _enlarged(around: Surroundings, box: Bounds) -> Bounds:
    return around.enlarged(box).at_least(8, around.full)


def _small(mask: Mask, extent: Extent) -> np.ndarray:
    """An H×W mask as h×w bool of the reduced picture; never empty when the mask is not."""
    small = cv2.resize(mask.astype(np.float32), tuple(extent), interpolation=cv2.INTER_AREA)
    return small >= min(0.5, float(small.max())) if small.max() > 0 else np.zeros(small.shape, bool)
