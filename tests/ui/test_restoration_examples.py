"""The commands of docs/restoration.md, run as they stand."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

_ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^## (?P<title>.+?)$.*?^```bash\n(?P<script>.+?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = {
    found["title"]: found["script"]
    for found in _BLOCK.finditer((_ROOT / "docs" / "restoration.md").read_text(encoding="utf-8"))
}


def run(title: str, folder: Path) -> None:
    """Run an example's commands with this Python in place of `python` and `pentimento`."""
    python = shlex.quote(sys.executable)
    start = shlex.quote("from ui.cli import main; main()")
    script = f'set -e\npython() {{ {python} "$@"; }}\npentimento() {{ {python} -c {start} "$@"; }}\n{EXAMPLES[title]}'
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def read(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))


def test_a_16_bit_slice_keeps_its_bits_and_all_its_sound_rows(tmp_path: Path) -> None:
    run("A 16-bit slice with broken rows", tmp_path)
    before, rows, after = (read(tmp_path / name) for name in ("slice.png", "rows.png", "slice-filled.png"))
    assert after.dtype == np.uint16
    assert after.shape == before.shape
    assert np.array_equal(after[rows == 0], before[rows == 0])
    filled = after[rows > 0].astype(int)
    assert len(np.unique(filled % 257)) > 100  # not 8-bit levels stretched to 16
    sound = np.flatnonzero(rows[:, 0] == 0)
    columns = np.arange(before.shape[1])
    for row in np.flatnonzero(rows[:, 0]):
        above, below = sound[sound < row].max(), sound[sound > row].min()
        share = (row - above) / (below - above)
        between = before[above] * (1 - share) + before[below] * share
        assert np.abs(after[row, columns] - between).mean() < 1200  # of 48,000 levels


@pytest.mark.slow
@pytest.mark.parametrize("title", sorted(set(EXAMPLES) - {"A 16-bit slice with broken rows"}))
def test_every_other_example_runs(title: str, tmp_path: Path) -> None:
    run(title, tmp_path)
    made = set(re.findall(r"-o (\S+\.png)", EXAMPLES[title]))
    assert made
    for name in made:
        assert read(tmp_path / name).size
