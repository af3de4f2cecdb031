"""The curve of a run: one JSON line now and then, and TensorBoard's events where it is installed."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class Journal:
    """Averages what each step tells and writes a row every `every` steps, to folder/log.jsonl.

    A row holds the means since the last row. The running sums are part of a checkpoint (`state`), so that a resumed
    run writes the same rows.
    """

    def __init__(self, folder: Path, every: int) -> None:
        self._path, self._every = folder / "log.jsonl", every
        self._sums: dict[str, float] = {}
        self._count = 0
        self._board = _tensorboard(folder / "tensorboard")

    def resume(self, step: int, state: Mapping[str, float]) -> None:
        """Forget rows after `step`, which will be written again, and take up the running sums."""
        if self._path.is_file():
            rows = [line for line in self._path.read_text().splitlines() if json.loads(line)["step"] <= step]
            self._path.write_text("".join(line + "\n" for line in rows))
        self._sums = dict(state)
        self._count = int(self._sums.pop("steps", 0))

    def start_over(self) -> None:
        """An empty curve."""
        self._path.unlink(missing_ok=True)

    @property
    def state(self) -> dict[str, float]:
        """The running sums since the last row."""
        return {**self._sums, "steps": self._count}

    def add(self, step: int, values: Mapping[str, float]) -> dict[str, float] | None:
        """Take in one step's values; the row, when one was written. `step` counts finished steps."""
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._count += 1
        if step % self._every:
            return None
        row = {name: total / self._count for name, total in self._sums.items()}
        self._sums, self._count = {}, 0
        self.write(step, row)
        return row

    def write(self, step: int, row: Mapping[str, float]) -> None:
        """Append a row as it stands."""
        with self._path.open("a") as log:
            log.write(json.dumps({"step": step, **{name: float(f"{value:.6g}") for name, value in row.items()}}) + "\n")
        if self._board is not None:
            for name, value in row.items():
                self._board.add_scalar(name, value, step)

    def show(self, step: int, sheet: torch.Tensor) -> None:
        """A sample sheet, H×W×3 uint8, for TensorBoard."""
        if self._board is not None:
            self._board.add_image("samples", sheet, step, dataformats="HWC")


def _tensorboard(folder: Path) -> SummaryWriter | None:
    if importlib.util.find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder))
