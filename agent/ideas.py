"""Ideas for the places that a person marks in the app, ready when the page asks again: nobody waits for them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict

import cv2
import numpy as np

from models.errors import PentimentoError
from models.geometry import Bounds, Extent
from models.prompting.choose import Suggesters
from models.prompting.protocol import Suggestion
from tools.placing import room_for
from tools.workspace.workspace import Workspace

_log = logging.getLogger(__name__)
COUNT = 4
_KEPT = 64  # places
_SMALLEST = 8  # pixels: what is smaller was a click, which means a thing and not a place

Place = tuple[str, str, Bounds]
Ideas = tuple[Suggestion, ...]


class IdeaDesk:
    """Remembers ideas by place; thinks of one place at a time, of the one that was asked for last. Thread-safe.

    Nothing leaves the machine: a chat model is asked for ideas by the command line alone, where a person says so.
    """

    def __init__(self, makers: Suggesters) -> None:
        self._makers = makers
        self._known: OrderedDict[Place, Ideas] = OrderedDict()
        self._lock = threading.Lock()
        self._wanted: tuple[Place, Workspace] | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_thinking(self) -> bool:
        """Whether ideas are on their way."""
        with self._lock:
            return self._thread is not None

    def about(self, workspace: Workspace, version: str, box: Bounds) -> Ideas | None:
        """Up to `COUNT` ideas for a box in pixels of a version; None when they are on their way; empty for none.

        Without models they come at once, in some 50 ms. With one, a thread of our own has them.
        """
        if min(box.width, box.height) < _SMALLEST:
            return ()
        place = (str(workspace.folder), version, box)
        with self._lock:
            if place in self._known:
                self._known.move_to_end(place)
                return self._known[place]
        if self._makers.is_quick:
            return self._think(place, workspace)
        with self._lock:
            self._wanted = place, workspace
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ideas", daemon=True)
                self._thread.start()
        return None

    def _work(self) -> None:
        while True:
            with self._lock:
                wanted, self._wanted = self._wanted, None
                if wanted is None:
                    self._thread = None
                    return
            self._think(*wanted)

    def _think(self, place: Place, workspace: Workspace) -> Ideas:
        _, version, box = place
        ideas: Ideas = ()
        try:
            rgb = _small(workspace, version)
            extent, small = workspace.version(version).extent, Extent.of(rgb)
            across, down = small.width / extent.width, small.height / extent.height
            x0, y0 = int(box.x0 * across), int(box.y0 * down)
            part = Bounds(x0, y0, max(x0 + 1, round(box.x1 * across)), max(y0 + 1, round(box.y1 * down)))
            ideas = tuple(self._makers().suggest(rgb, room_for(part, small), COUNT))
        except PentimentoError as error:  # no ideas, then: nobody asked for any
            _log.info("no ideas: %s", error)
        except Exception:  # noqa: BLE001 - the thread's last line; the page goes on without
            _log.exception("having ideas failed")
        with self._lock:
            self._known[place] = ideas
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return ideas


def _small(workspace: Workspace, version: str) -> np.ndarray:
    """The version as the page shows it, at half that size: H×W×3 uint8 sRGB."""
    data = np.frombuffer(workspace.preview(version), np.uint8)
    decoded = cv2.imdecode(data, cv2.IMREAD_REDUCED_COLOR_2)
    if decoded is None:
        raise ValueError("the preview could not be decoded")
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
