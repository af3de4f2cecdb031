"""Different suggestions rather than five of one kind: maximal marginal relevance (Carbonell and Goldstein 1998)."""

from __future__ import annotations

import numpy as np


def most_relevant_apart(relevance: np.ndarray, likeness: np.ndarray, k: int, weight: float = 0.7) -> list[int]:
    """Places of at most `k` candidates, chosen one by one: weight · relevance − (1 − weight) · likeness to the chosen.

    `relevance` is n float, about [0, 1]; `likeness` n×n float in [0, 1], 1 on the diagonal. Ties go to the first.
    """
    left = list(range(len(relevance)))
    chosen: list[int] = []
    while left and len(chosen) < k:
        alike = likeness[np.ix_(left, chosen)].max(axis=1) if chosen else np.zeros(len(left))
        gains = weight * relevance[left] - (1 - weight) * alike
        chosen.append(left.pop(int(np.argmax(gains))))
    return chosen
