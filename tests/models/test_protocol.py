import copy
import pickle

import numpy as np
import pytest

from models.segmentation.protocol import Candidate, Grounding, LazyCandidate


def test_a_lazy_mask_is_computed_once_and_only_when_looked_at() -> None:
    calls: list[int] = []

    def compute() -> np.ndarray:
        calls.append(1)
        return np.ones((2, 3), np.float32)

    candidate = LazyCandidate(compute, 0.5, "click")
    assert (candidate.score, candidate.reason, calls) == (0.5, "click", [])
    assert candidate.mask is candidate.mask
    assert len(calls) == 1
    with pytest.raises(AttributeError):
        _ = candidate.colour  # pyright: ignore[reportAttributeAccessIssue]


def test_a_lazy_candidate_can_be_stored_and_chosen() -> None:
    candidate = LazyCandidate(lambda: np.ones((2, 3), np.float32), 0.5)
    assert Grounding((candidate,), (0,)).mask.all()
    for again in (pickle.loads(pickle.dumps(candidate)), copy.copy(candidate)):
        assert isinstance(again, Candidate)
        np.testing.assert_array_equal(again.mask, candidate.mask)
