from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.tools.pictures_drawn import large_photo
from tools.workspace.store import DamagedObjectError, ObjectStore

_SAMPLES = st.tuples(st.integers(1, 20), st.integers(1, 20), st.sampled_from([1, 3, 4])).flatmap(
    lambda shape: st.sampled_from([np.uint8, np.uint16]).flatmap(lambda kind: arrays(kind, shape))
)


@pytest.fixture
def store(tmp_path: Path):
    made = ObjectStore(tmp_path / "objects")
    yield made
    made.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(samples=_SAMPLES)
def test_any_samples_come_back(store: ObjectStore, samples: np.ndarray):
    back = store.samples(store.put_samples(samples))
    assert back.dtype == samples.dtype
    np.testing.assert_array_equal(back, samples)


def test_equal_samples_are_one_object_and_different_ones_are_not(store: ObjectStore, tmp_path: Path):
    flat = np.zeros((4, 6, 3), np.uint8)
    digests = store.put_all_samples([flat, flat.copy(), flat.reshape(6, 4, 3), flat.astype(np.uint16), flat[..., :1]])
    assert len(set(digests)) == 4
    assert len(list((tmp_path / "objects").glob("*/*"))) == 4
    assert [tile.shape for tile in store.all_samples(digests[:3])] == [(4, 6, 3), (4, 6, 3), (6, 4, 3)]


def test_files_come_back_and_are_no_samples(store: ObjectStore):
    digest = store.put_bytes(b"a file")
    assert store.bytes(digest) == b"a file"
    assert store.bytes(store.put_bytes(b"")) == b""
    with pytest.raises(DamagedObjectError):
        store.samples(digest)
    with pytest.raises(DamagedObjectError):
        store.bytes(bytes(20))


def test_photographs_take_well_under_their_size(store: ObjectStore, tmp_path: Path):
    tile = large_photo(256, 256)
    store.put_samples(tile)
    (path,) = (tmp_path / "objects").glob("*/*")
    assert path.stat().st_size < 0.75 * tile.nbytes


def test_the_disk_is_waited_for_only_where_it_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []
    really = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (waited.append(handle), really(handle)))
    for durable in (False, True):
        kept = ObjectStore(tmp_path / str(durable), durable=durable)
        digest = kept.put_samples(np.full((4, 5, 3), 7, np.uint8))
        kept.flush([digest])
        assert (kept.samples(digest) == 7).all()
        assert bool(waited) == durable
        kept.close()
