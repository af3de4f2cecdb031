"""Named kinds of things and how often each is drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from models.errors import BadInputError


def check_shares(shares: Mapping[str, float], kinds: Collection[str], what: str) -> None:
    """Raise BadInputError for an unknown kind, a negative share, or no share at all; `what` names the kinds."""
    unknown = sorted(set(shares) - set(kinds))
    if unknown:
        raise BadInputError(f"There is no kind of {what} named {unknown[0]}; choose from {', '.join(kinds)}.")
    if min(shares.values(), default=0.0) < 0 or sum(shares.values()) <= 0:
        raise BadInputError(f"The shares of the kinds of {what} must not be negative, and one must be above 0.")


def pick(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """One kind, with a chance in proportion to its share."""
    chances = np.array(list(shares.values()), np.float64)
    return str(rng.choice(list(shares), p=chances / chances.sum()))
