"""What a person selects in one workspace: masks from marks, the regions under the pointer, and selections by name."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.errors import BadInputError, PentimentoError
from models.mask import Mask, as_mask, to_uint8
from models.segmentation.browsing import Atlas
from models.segmentation.protocol import Browsable
from tools.drawing import PLACE, Loaded, Part, Sources, applied, is_adjusted, marked, parse_parts
from tools.grounding import MADE_WITHOUT_NAME, named_selections
from tools.selections.carrying import in_frame
from tools.selections.coco import NamedMask, coco_json
from tools.selections.coco_reading import read_coco
from tools.selections.mask_files import mask_png, read_mask
from tools.selections.names import clean, stem_of, unused
from tools.sight import Sight
from tools.workspace.selections import Selection
from tools.workspace.workspace import Workspace

_log = logging.getLogger(__name__)
_MASKS_IN_MEMORY = 4
_ATLASES_IN_MEMORY = 4


@dataclass(frozen=True)
class Kept:
    """A selection saved by name as it lies in the version looked at; `mask` is None when it does not fit there."""

    name: str
    mask: Mask | None


@dataclass(frozen=True)
class Imported:
    """The names under which an import was kept, and how many of its entries were left out because they were empty."""

    names: tuple[str, ...]
    empty: int = 0

    @property
    def sentence(self) -> str:
        """What was imported, for the person."""
        shown = ", ".join(f"“{name}”" for name in self.names[:5]) + (" …" if len(self.names) > 5 else "")
        count = f"{len(self.names)} selections" if len(self.names) > 1 else "the selection"
        left = f" {self.empty} empty ones were left out." if self.empty else ""
        return f"Imported {count} {shown}.{left}"


class Selector:
    """One per open workspace; safe to use from several threads."""

    def __init__(self, workspace: Workspace, sight: Sight) -> None:
        self._workspace = workspace
        self._sight = sight
        self._lock = threading.Lock()
        self._masks: OrderedDict[tuple[str, tuple[Part, ...]], np.ndarray] = OrderedDict()
        self._atlases: OrderedDict[str, tuple[str, Atlas | None]] = OrderedDict()
        self._wanted: str | None = None
        self._looker: threading.Thread | None = None
        self._prompted = threading.Condition()
        self._prompting = 0

    # ---- marks

    def mask_from(self, strokes: Mapping[str, Any], version_id: str | None = None) -> Mask:
        """The mask, H×W float32 of 256 levels, that the canvas component's items mean on a version (default: the head).

        Every stage is remembered: adjusting an edge does not find the thing anew, and what the canvas showed is
        what the message that follows works on, level for level. Raises BadInputError when nothing is selected.
        """
        version = self._workspace.version(version_id) if version_id else self._workspace.head
        parts = parse_parts(strokes, version.extent)
        if not parts:
            raise BadInputError("Nothing is selected; click the thing, or brush over it.")

        def saved(name: str) -> Mask:
            mask = in_frame(self._workspace, self._workspace.selection(name), version)
            if mask is None:
                raise BadInputError(f"“{name}” lies outside this version of the picture.")
            return mask

        known = next((n for n in range(len(parts), 0, -1) if self._remembered(version.id, parts[:n]) is not None), 0)
        mask = self._remembered(version.id, parts[:known]) if known else None
        with self._prompt():
            sources = Sources(version.id, lambda: self._sight.predictor(self._workspace, version.id), saved)
            for count in range(known, len(parts)):
                mask = as_mask(to_uint8(applied(mask, parts[count], sources, version.extent)))
                self._remember(version.id, parts[: count + 1], mask)
        if mask is None:
            raise BadInputError("Nothing is selected; click the thing, or brush over it.")
        mask.setflags(write=False)
        return mask

    def origin_of(self, strokes: Mapping[str, Any]) -> dict[str, Any]:
        """How a selection made from these items came about, and where; by exact mask once its edge was set by hand."""
        parts = parse_parts(strokes, self._workspace.head.extent)
        loaded = [self._workspace.selection(part.name) for part in parts if isinstance(part, Loaded)]
        exact = is_adjusted(parts) or any(one.origin.get("exact") for one in loaded)
        origin: dict[str, Any] = {"by": "drawing", "exact": True} if exact else {"by": "drawing"}
        place = marked(parts)
        return origin if place is None else origin | {PLACE: list(place.clipped(self._workspace.head.extent))}

    def _remembered(self, version: str, parts: tuple[Part, ...]) -> Mask | None:
        with self._lock:
            kept = self._masks.get((version, parts))
            if kept is not None:
                self._masks.move_to_end((version, parts))
        return None if kept is None else as_mask(kept)

    def _remember(self, version: str, parts: tuple[Part, ...], mask: Mask) -> None:
        with self._lock:
            self._masks[version, parts] = to_uint8(mask)
            while len(self._masks) > _MASKS_IN_MEMORY:
                self._masks.popitem(last=False)

    def _forget(self) -> None:
        """Masks made with a saved selection are stale once that name means another mask."""
        with self._lock:
            self._masks.clear()

    # ---- what lies under the pointer

    def look(self) -> None:
        """Look at the head version ahead of time, in the background; an older look that has not begun is dropped."""
        version = self._workspace.head.id
        with self._lock:
            if version in self._atlases or version == self._wanted:
                return
            self._wanted = version
            if self._looker is None:
                self._looker = threading.Thread(target=self._keep_looking, name="look", daemon=True)
                self._looker.start()

    @property
    def is_looking(self) -> bool:
        """Whether the head version is being looked at right now."""
        with self._lock:
            return self._wanted is not None

    def regions(self) -> tuple[str, Atlas] | None:
        """Predictor and atlas of the head version once it was looked at; None before, or when there is none."""
        version = self._workspace.head.id
        with self._lock:
            by, found = self._atlases.get(version, ("", None))
        return None if found is None else (by, found)

    def _keep_looking(self) -> None:
        while True:
            with self._lock:
                version = self._wanted
                if version is None:
                    self._looker = None
                    return
            seen = self._seen(version)
            with self._lock:
                if self._wanted != version:
                    continue
                self._wanted = None
                self._atlases[version] = seen
                while len(self._atlases) > _ATLASES_IN_MEMORY:
                    self._atlases.popitem(last=False)

    def _seen(self, version: str) -> tuple[str, Atlas | None]:
        """A version's predictor and atlas, in two steps, so that a click which comes in between is answered first."""
        try:
            middle = self._workspace.version(version).extent.bounds.center
            with self._sight.lock:  # predictors do their reading of the picture at the first prompt
                predictor = self._sight.predictor(self._workspace, version)
                predictor.from_points([middle])
            with self._prompted:
                self._prompted.wait_for(lambda: not self._prompting, timeout=10)
            if self._wanted != version or not isinstance(predictor, Browsable):
                return predictor.name, None
            with self._sight.lock:
                return predictor.name, predictor.atlas()
        except PentimentoError as error:
            _log.info("could not look at version %s ahead of time: %s", version, error)
        except Exception:  # noqa: BLE001 - the thread's last line: without regions the person clicks all the same
            _log.exception("looking at version %s ahead of time failed", version)
        return "", None

    @contextmanager
    def _prompt(self) -> Iterator[None]:
        """Hold the sight for the person; the background waits meanwhile."""
        with self._prompted:
            self._prompting += 1
        try:
            with self._sight.lock:
                yield
        finally:
            with self._prompted:
                self._prompting -= 1
                self._prompted.notify_all()

    # ---- by name

    def named(self) -> list[Selection]:
        """The selections that the person named, in the order they were made."""
        return [one for one in named_selections(self._workspace) if one.origin.get("by") not in MADE_WITHOUT_NAME]

    def kept(self) -> list[Kept]:
        """The named selections as they lie in the head version."""
        head = self._workspace.head
        return [Kept(one.name, in_frame(self._workspace, one, head)) for one in self.named()]

    def keep(self, name: str, strokes: Mapping[str, Any]) -> str:
        """Save what the items select under a name; an earlier selection of the name is replaced. The name as kept."""
        name = self._as_called(clean(name))
        origin = {**self.origin_of(strokes), "by": "name"}
        self._workspace.save_selection(name, self.mask_from(strokes), origin)
        self._forget()
        return name

    def rename(self, name: str, new: str) -> str:
        """Call a selection otherwise. Raises BadInputError when the new name is taken or cannot be spoken of."""
        new = clean(new)
        taken = self._as_called(new)
        if taken.lower() != name.lower() and self._workspace.has_selection(taken):
            raise BadInputError(f"There is already a selection called “{taken}”.")
        self._workspace.rename_selection(name, new)
        self._forget()
        return new

    def delete(self, name: str) -> None:
        """Forget a named selection."""
        self._workspace.delete_selection(name)
        self._forget()

    def _as_called(self, name: str) -> str:
        """An existing name that differs in case only, else the name itself."""
        return next((one.name for one in self.named() if one.name.lower() == name.lower()), name)

    # ---- files

    def as_png(self, strokes: Mapping[str, Any]) -> bytes:
        """What the items select as an 8-bit PNG of the picture's size, 255 = selected; soft edges are kept."""
        return mask_png(self.mask_from(strokes))

    def as_coco(self, strokes: Mapping[str, Any] | None, title: str, name: str = "selection") -> bytes:
        """What the items select, or without them every named selection that fits, as COCO JSON about `title`."""
        if strokes is not None:
            regions = [NamedMask(name, self.mask_from(strokes))]
        else:
            regions = [NamedMask(one.name, one.mask) for one in self.kept() if one.mask is not None]
        if not regions:
            raise BadInputError("There is no selection to export; make one, or save one by name.")
        return coco_json(regions, self._workspace.head.extent, title)

    def import_file(self, name: str, data: bytes, title: str, *, scale: bool = False) -> Imported:
        """Keep the mask of a picture file, or every region of a COCO file, under names of their own.

        `title` is the open picture's file name. Raises BadInputError, and keeps nothing, when anything is wrong, and
        WrongSizeError when the file is for another size and may not be scaled.
        """
        extent = self._workspace.head.extent
        if _looks_like_json(name, data):
            found = read_coco(data, extent, title, scale=scale)
            regions, empty, source = found.regions, found.empty, "coco"
        else:
            mask = read_mask(data, extent, name, scale=scale)
            regions, empty, source = (NamedMask(_name_from_file(name, title), mask),), 0, "png"
        taken = [one.name for one in named_selections(self._workspace)]
        made: list[tuple[str, Mask, dict[str, Any]]] = []
        for region in regions:
            chosen = unused(region.name, taken)
            taken.append(chosen)
            made.append((chosen, region.mask, {"by": "import", "file": name, "format": source, "exact": True}))
        self._workspace.save_selections(made)
        self._forget()
        return Imported(tuple(one[0] for one in made), empty)


def _looks_like_json(name: str, data: bytes) -> bool:
    return name.lower().endswith(".json") or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _name_from_file(name: str, title: str) -> str:
    """ "photo-mask_dog.png" → "photo mask dog"; a mask called like the picture is "mask"."""
    stem = name.rsplit(".", 1)[0].replace("_", " ").replace("-", " ")
    own = title.rsplit(".", 1)[0].replace("_", " ").replace("-", " ")
    stem = stem.removeprefix(own).strip() or "mask"
    try:
        return stem_of(clean(stem))[0]
    except BadInputError:
        return "mask"
