"""Crops to learn from: found below folders, upright, cached, cut and changed repeatably."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import BadInputError
from models.training.pictures import procedural
from models.training.pictures.crops import Change, random_crop
from models.training.pictures.folder import load_photos

RED, BLUE = (220, 10, 10), (10, 10, 220)


def photo(width: int, height: int) -> np.ndarray:
    """Left half red, right half blue."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:, : width // 2], picture[:, width // 2 :] = RED, BLUE
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "deep").mkdir(parents=True)
    Image.fromarray(photo(80, 60)).save(folder / "a.png")
    Image.fromarray(photo(300, 200)).convert("L").save(folder / "deep" / "b.webp", lossless=True)
    turned = Image.Exif()
    turned[0x0112] = 6  # to be seen turned a quarter clockwise
    Image.fromarray(photo(90, 40)).save(folder / "deep" / "c.JPG", exif=turned, quality=95)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    whole = io.BytesIO()
    Image.fromarray(photo(90, 40)).save(whole, "PNG")
    (folder / "cut.png").write_bytes(whole.getvalue()[:60])
    Image.fromarray(photo(20, 20)).save(folder / "tiny.png")
    (folder / "notes.txt").write_text("not a picture")
    return folder


def test_pictures_are_found_upright_and_bad_files_counted(folder: Path, tmp_path: Path) -> None:
    photos = load_photos([folder], tmp_path / "cache")
    assert (len(photos), photos.skipped) == (3, 3)
    np.testing.assert_array_equal(photos.photo(0), photo(80, 60))
    grey = photos.photo(1)
    assert grey.shape == (200, 300, 3)
    assert (grey[..., 0] == grey[..., 2]).all()
    upright = photos.photo(2).astype(int)
    assert upright.shape == (90, 40, 3)
    assert np.abs(upright[5, 20] - RED).max() < 25  # left became top
    assert np.abs(upright[-5, 20] - BLUE).max() < 25


def test_large_pictures_are_shrunk_in_the_cache(folder: Path, tmp_path: Path) -> None:
    photos = load_photos([folder], tmp_path / "cache", longest=100)
    assert max(max(photos.photo(number).shape[:2]) for number in range(len(photos))) == 100


def test_the_cache_is_used_again_until_a_file_changes(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = load_photos([folder], cache)
    written = first.file.stat().st_mtime_ns
    assert load_photos([folder], cache, read_only=True) == first
    assert first.file.stat().st_mtime_ns == written
    Image.fromarray(photo(64, 64)).save(folder / "new.png")
    with pytest.raises(BadInputError, match="out of date"):
        load_photos([folder], cache, read_only=True)
    assert len(load_photos([folder], cache)) == 4


def test_photos_travel_to_other_processes_without_their_samples(folder: Path, tmp_path: Path) -> None:
    photos = load_photos([folder], tmp_path / "cache")
    photos.photo(0)
    packed = pickle.dumps(photos)
    assert len(packed) < 2_000
    np.testing.assert_array_equal(pickle.loads(packed).photo(1), photos.photo(1))


def test_held_out_photos_are_not_trained_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "many").mkdir()
    for number in range(40):
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), np.uint8)).save(tmp_path / "many" / f"{number}.png")
    rest, held = load_photos([tmp_path / "many"], tmp_path / "cache").split(4)
    assert (len(rest), len(held)) == (36, 4)
    assert not set(rest.places) & set(held.places)


def test_a_missing_or_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no folder of pictures"):
        load_photos([tmp_path / "nowhere"], tmp_path / "cache")
    with pytest.raises(BadInputError, match="picture that can be read"):
        load_photos([tmp_path], tmp_path / "cache")


def test_native_crops_are_windows_of_the_photo() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (70, 90, 3), np.uint8)
    crop = random_crop(np.random.default_rng(2), picture, 32, native_share=1.0)
    windows = np.lib.stride_tricks.sliding_window_view(picture, (32, 32, 3))[:, :, 0]
    assert (windows == crop).all((2, 3, 4)).any()


def test_small_photos_are_enlarged_and_wide_crops_are_shrunk() -> None:
    for shape in ((20, 300, 3), (40, 40, 3), (500, 400, 3)):
        for seed in range(8):
            crop = random_crop(np.random.default_rng(seed), np.zeros(shape, np.uint8), 48, native_share=0.2)
            assert crop.shape == (48, 48, 3)


def test_augmentation_keeps_places_when_colour_is_off_and_changes_little_when_on() -> None:
    crop = np.random.default_rng(3).integers(0, 256, (16, 16, 3), np.uint8)
    for seed in range(12):
        moved = Change.draw(np.random.default_rng(seed), colour=False).of(crop)
        assert sorted(map(tuple, moved.reshape(-1, 3))) == sorted(map(tuple, crop.reshape(-1, 3)))
        coloured = Change.draw(np.random.default_rng(seed)).of(crop)
        assert coloured.dtype == np.uint8
        assert not np.array_equal(coloured, moved)
        assert np.corrcoef(coloured.mean(2).ravel(), moved.mean(2).ravel())[0, 1] > 0.9


@pytest.mark.parametrize("kind", procedural.KINDS)
def test_drawn_pictures_repeat_vary_and_show_something(kind: str) -> None:
    drawn = [procedural.draw_picture(np.random.default_rng(seed), 64, {kind: 1.0}) for seed in range(8)]
    again = procedural.draw_picture(np.random.default_rng(3), 64, {kind: 1.0})
    np.testing.assert_array_equal(drawn[3], again)
    assert all(picture.shape == (64, 64, 3) and picture.dtype == np.uint8 for picture in drawn)
    assert np.median([picture.std((0, 1)).max() for picture in drawn]) > 8
    assert len({picture.tobytes() for picture in drawn}) == 8
