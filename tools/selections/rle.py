"""COCO's run-length codes of binary masks.

Runs go down the columns, first of pixels outside, then inside, in turn. The compressed form writes each run (from
the fourth on as the difference to the one two before it) in groups of five bits, low ones first, as characters from
"0" on; bit 6 says that more groups follow, and the sign is that of the last group (COCO API, `maskApi.c`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.errors import BadInputError

_BROKEN = "A mask in this file is damaged: its run lengths do not add up to its size."
_MOST_GROUPS = 8  # of five bits: more than any run of a picture needs


def encode(selected: np.ndarray) -> list[int]:
    """H×W bool to run lengths, which add up to H·W."""
    flat = np.asarray(selected, bool).ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return [0, *runs] if flat.size and flat[0] else runs


def decode(counts: Sequence[int], height: int, width: int) -> np.ndarray:
    """Run lengths to H×W bool. Raises BadInputError when they do not add up to H·W."""
    if not all(isinstance(run, int) and not isinstance(run, bool) and run >= 0 for run in counts):
        raise BadInputError(_BROKEN)
    if sum(counts) != height * width:
        raise BadInputError(_BROKEN)
    inside = np.arange(len(counts)) % 2 == 1
    return np.repeat(inside, np.array(counts, np.int64)).reshape((height, width), order="F")


def compress(counts: Sequence[int]) -> str:
    """Run lengths as COCO's compact string."""
    text: list[str] = []
    for index, run in enumerate(counts):
        value = run - counts[index - 2] if index > 2 else run
        more = True
        while more:
            group = value & 0x1F
            value >>= 5
            more = value != (-1 if group & 0x10 else 0)
            text.append(chr(48 + (group | 0x20 if more else group)))
    return "".join(text)


def decompress(text: str) -> list[int]:
    """COCO's compact string as run lengths. Raises BadInputError when it is cut off or holds other characters."""
    counts: list[int] = []
    value = groups = 0
    for one in text:
        group = ord(one) - 48
        if not 0 <= group < 64 or groups == _MOST_GROUPS:
            raise BadInputError(_BROKEN)
        value |= (group & 0x1F) << (5 * groups)
        groups += 1
        if group & 0x20:
            continue
        if group & 0x10:
            value -= 1 << (5 * groups)
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = groups = 0
    if groups:
        raise BadInputError(_BROKEN)
    return counts
