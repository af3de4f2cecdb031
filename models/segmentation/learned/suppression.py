"""Of several masks of the same thing, the best."""

from __future__ import annotations

import numpy as np


def distinct(masks: np.ndarray, scores: np.ndarray, overlap: float, most: int) -> list[int]:
    """Indices of at most `most` masks, by falling score, none of which repeats a better one.

    `masks` n×h×w bool, `scores` n float. Two masks repeat each other when their boxes' IoU and their own are above
    `overlap`: boxes alone would take a ring for the disc in it. Equal scores go by index.
    """
    if len(masks) == 0:
        return []
    boxes, areas = _boxes(masks), masks.sum(axis=(1, 2))
    remaining = np.argsort(-scores, kind="stable")
    remaining = remaining[areas[remaining] > 0]
    kept: list[int] = []
    while remaining.size and len(kept) < most:
        best, remaining = int(remaining[0]), remaining[1:]
        kept.append(best)
        near = _box_iou(boxes[best], boxes[remaining]) > overlap
        close = remaining[near]
        shared = np.array([np.count_nonzero(masks[best] & masks[other]) for other in close])
        repeated = close[shared > overlap * (areas[best] + areas[close] - shared)] if close.size else close
        remaining = remaining[~np.isin(remaining, repeated)]
    return kept


def _boxes(masks: np.ndarray) -> np.ndarray:
    """n×4 (x0, y0, x1, y1), half-open; of an empty mask the whole."""
    rows, columns = np.asarray(masks.any(axis=2)), np.asarray(masks.any(axis=1))
    height, width = masks.shape[1:]
    return np.stack(
        [
            columns.argmax(axis=1),
            rows.argmax(axis=1),
            width - columns[:, ::-1].argmax(axis=1),
            height - rows[:, ::-1].argmax(axis=1),
        ],
        axis=1,
    )


def _box_iou(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of one box with n others: n float."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    return shared / ((box[2:] - box[:2]).prod() + areas - shared)
