"""Where the processor time of one edit goes: starting, decoding, selecting, filling, checking, storing, encoding.

    python -m tests.benchmarks.edit_speed [--megapixels 1 4 12] [--formats jpeg png tiff16] [--ways box click words app]

A photograph of scikit-image is enlarged, grained and saved; then the command `pentimento edit` runs in a process of its
own, as does a chat edit as the app makes it (a conversation that stays, what the pointer lights up, and the preview for
the canvas). Every figure is processor time of all threads as a multiple of what decoding and encoding the same file
plainly (Pillow; tifffile for 16 bits) takes in the same process. `start` is the interpreter and the imports.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PICTURE_SIDE = 512
_BOX = (352, 0, 476, 292)  # the model of a shuttle beside the astronaut, boxed loosely
_CLICK = (408, 205)  # on it
_WORDS = "remove the blue flag"  # its field of stars, the only blue thing of some size
_STAGES: dict[str, tuple[str, ...]] = {
    "decode": ("ui.commands.editing:open_picture", "agent.studio:open_picture"),
    "select": (
        "tools.selections.selector:Selector.mask_from",
        "tools.selections.selector:Selector._seen",
        "tools.edits.pixels:PixelEdit.find_target",
    ),
    "fill": ("tools.edits.remove:Fill.compute",),
    "check": ("tools.edits.remove:Remove.examine",),
    "store": (
        "tools.workspace.workspace:Workspace.create",
        "tools.workspace.workspace:Workspace.commit",
        "tools.workspace.workspace:Workspace.save_selections",
    ),
    "show": ("tools.workspace.workspace:Workspace.preview", "tools.workspace.workspace:Workspace.thumbnail"),
    "encode": ("ui.commands.editing:save_picture", "agent.conversation:encode_picture"),
}
_COLUMNS = ("start", *_STAGES, "rest", "all")


class StageClock:
    """Processor time of the whole process by stage; a stage inside another counts for the inner one alone.

    One stage at a time: it follows whichever thread works while the others wait.
    """

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._open = ["start"]
        self._since = 0.0

    def turn_to(self, stage: str | None) -> None:
        """Enter a stage, or leave (None) the present one."""
        now = time.process_time()
        self.spent[self._open[-1]] += now - self._since
        self._since = now
        if stage is None:
            self._open.pop()
        else:
            self._open.append(stage)

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time counted for the stage."""

        @functools.wraps(function)
        def measured(*arguments: Any, **named: Any) -> Any:
            self.turn_to(stage)
            try:
                return function(*arguments, **named)
            finally:
                self.turn_to(None)

        return measured

    def watch(self) -> None:
        """Count every stage's functions from here on."""
        for stage, places in _STAGES.items():
            for place in places:
                module, _, path = place.partition(":")
                *owners, name = path.split(".")
                owner: Any = functools.reduce(getattr, owners, importlib.import_module(module))
                held = vars(owner)[name]
                inner = held.__func__ if isinstance(held, classmethod) else held
                wrapped = self.timed(stage, inner)
                setattr(owner, name, classmethod(wrapped) if isinstance(held, classmethod) else wrapped)


def draw(path: Path, megapixels: float) -> float:
    """Save the enlarged, grained photograph in the format of the suffix; how much it was enlarged."""
    import cv2
    import numpy as np
    from skimage import data

    side = round((megapixels * 1e6) ** 0.5)
    large = cv2.resize(data.astronaut(), (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    large += np.random.default_rng(0).normal(0.0, 3.0, (side, side, 1)).astype(np.float32)
    if path.suffix == ".tif":
        import tifffile

        tifffile.imwrite(path, np.clip(large * 257 + 0.5, 0, 65535).astype(np.uint16), photometric="rgb")
    else:
        from PIL import Image

        Image.fromarray(np.clip(large + 0.5, 0, 255).astype(np.uint8)).save(path, quality=92)
    return side / _PICTURE_SIDE


def plain_seconds(path: Path) -> float:
    """Processor time of decoding the file and encoding its samples again, without any edit."""
    start = time.process_time()
    if path.suffix == ".tif":
        import tifffile

        tifffile.imwrite(io.BytesIO(), tifffile.imread(path), photometric="rgb", compression="zlib")
    else:
        from PIL import Image

        with Image.open(path) as image:
            form = image.format
            image.load()
            image.save(io.BytesIO(), form, **({"quality": 92} if form == "JPEG" else {}))
    return time.process_time() - start


def run_one(path: Path, way: str, scale: float, folder: Path) -> dict[str, float]:
    """One edit in this process: seconds by stage, and `plain`."""
    clock = StageClock()
    box = ",".join(str(round(value * scale)) for value in _BOX)
    click = ",".join(str(round(value * scale)) for value in _CLICK)
    if way == "app":
        _edit_in_app(clock, path, [round(value * scale) for value in _CLICK], folder)
    else:
        marks = {"box": ("remove this", "--box", box), "click": ("remove this", "--point", click)}
        asked = marks.get(way, (_WORDS,))
        _edit_by_command(clock, ["edit", str(path), *asked, "-o", str(folder / f"out{path.suffix}")])
    clock.turn_to("rest")
    clock.turn_to(None)
    return {**clock.spent, "all": sum(clock.spent.values()), "plain": plain_seconds(path)}


def _edit_by_command(clock: StageClock, arguments: list[str]) -> None:
    import ui.commands.editing  # noqa: F401 - what the command imports when it starts
    from ui.cli import app

    clock.watch()
    clock.timed("rest", app)(arguments, standalone_mode=False)


def _edit_in_app(clock: StageClock, path: Path, click: list[int], folder: Path) -> None:
    from agent.studio import Studio

    clock.watch()

    def talk() -> None:
        conversation = Studio(folder / "home").create(path.read_bytes(), path.name)
        conversation.workspace.preview()
        strokes = {"items": [{"kind": "point", "point": click, "positive": True}]}
        conversation.select(strokes)
        job = conversation.say("remove this", strokes=strokes)
        job.wait()
        if job.state != "done":
            raise RuntimeError(f"the edit ended {job.state}: {job.text}")
        conversation.workspace.preview()
        conversation.workspace.thumbnail()

    clock.timed("rest", talk)()


def in_process(path: Path, way: str, scale: float) -> dict[str, float]:
    """`run_one` in a process of its own, twice; the second, since the first may compile kernels."""
    told: dict[str, float] = {}
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "tests.benchmarks.edit_speed", "--one", str(path), way, str(scale), folder]
            environment = {**os.environ, "PENTIMENTO_HOME": folder}
            done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            raise RuntimeError(f"{path.name} {way}: {done.stderr.strip()[-800:]}")
        told = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[1, 4, 12])
    parser.add_argument("--formats", nargs="+", default=["jpeg", "png", "tiff16"], choices=["jpeg", "png", "tiff16"])
    parser.add_argument("--ways", nargs="+", default=["box"], choices=["box", "click", "words", "app"])
    parser.add_argument("--one", nargs=4, metavar=("FILE", "WAY", "SCALE", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        path, way, scale, folder = arguments.one
        print(json.dumps(run_one(Path(path), way, float(scale), Path(folder))))
        return
    suffixes = {"jpeg": ".jpg", "png": ".png", "tiff16": ".tif"}
    print("processor time as a multiple of plain decoding and encoding; in brackets, seconds")
    print(f"{'picture':18}{'way':7}" + "".join(f"{name:>8}" for name in _COLUMNS) + f"{'plain':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for megapixels in arguments.megapixels:
            for form in arguments.formats:
                path = Path(folder) / f"photo{suffixes[form]}"
                scale = draw(path, megapixels)
                for way in arguments.ways:
                    spent = in_process(path, way, scale)
                    cells = "".join(f"{spent.get(name, 0.0) / spent['plain']:8.1f}" for name in _COLUMNS)
                    name = f"{megapixels:g} MP {form}"
                    print(f"{name:18}{way:7}{cells}   ({spent['all']:.1f} / {spent['plain']:.2f} s)", flush=True)


if __name__ == "__main__":
    main()
