import cv2
import numpy as np
import pytest

from models.geometry import Extent
from models.segmentation.fastsam import ultralytics
from models.segmentation.letterbox import Letterbox


@pytest.mark.parametrize(
    ("picture", "longest", "content", "padded"),
    [
        (Extent(640, 480), 1024, Extent(1024, 768), Extent(1024, 768)),
        (Extent(4000, 3000), 1024, Extent(1024, 768), Extent(1024, 768)),
        (Extent(333, 400), 320, Extent(266, 320), Extent(288, 320)),
        (Extent(1, 1000), 320, Extent(1, 320), Extent(32, 320)),
        (Extent(500, 500), 320, Extent(320, 320), Extent(320, 320)),
    ],
)
def test_sizes(picture: Extent, longest: int, content: Extent, padded: Extent) -> None:
    letterbox = Letterbox.of(picture, longest)
    assert (letterbox.content, letterbox.padded) == (content, padded)
    assert letterbox.image(np.zeros((picture.height, picture.width, 3), np.uint8)).shape[:2] == padded[::-1]


@pytest.mark.parametrize("shape", [(300, 512), (400, 333), (901, 1300), (77, 640), (40, 31)])
def test_input_is_what_ultralytics_feeds(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    theirs = ultralytics("data.augment").LetterBox((320, 320), auto=True, stride=32)(image=picture)
    np.testing.assert_array_equal(Letterbox.of(Extent.of(picture), 320).image(picture), theirs)


def test_boxes_come_back() -> None:
    letterbox = Letterbox.of(Extent(500, 300), 320)
    gain = letterbox.content.width / 500
    there = np.array([[10, 20, 200, 150]]) * gain + np.array([letterbox.left, letterbox.top] * 2)
    np.testing.assert_allclose(letterbox.boxes_of_picture(there), [[10, 20, 200, 150]], atol=1e-3)


def test_boxes_are_clipped_to_the_picture() -> None:
    letterbox = Letterbox.of(Extent(500, 300), 320)
    boxes = letterbox.boxes_of_picture(np.array([[-50.0, -50.0, 900.0, 900.0]]))
    np.testing.assert_array_equal(boxes, [[0, 0, 500, 300]])


def test_a_map_of_the_input_is_sampled_where_the_picture_lies() -> None:
    """A ramp over the picture, letterboxed and reduced as prototypes are, reads as the ramp again."""
    picture = np.repeat(np.linspace(0, 250, 500, dtype=np.float32)[None], 300, axis=0)
    letterbox = Letterbox.of(Extent(500, 300), 320)
    content = cv2.resize(picture, tuple(letterbox.content), interpolation=cv2.INTER_AREA)
    whole = np.zeros((letterbox.padded.height, letterbox.padded.width), np.float32)
    whole[letterbox.top :, letterbox.left :][: content.shape[0], : content.shape[1]] = content
    reduced = cv2.resize(whole, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    scale_x, shift_x, scale_y, shift_y = letterbox.sampling(Extent(500, 300), Extent.of(reduced))
    x, y = 222, 140
    column, row = scale_x * x + shift_x, scale_y * y + shift_y
    low = int(column)
    read = np.interp(column, [low, low + 1], reduced[round(row), low : low + 2])
    assert read == pytest.approx(picture[y, x], abs=0.6)
