from itertools import pairwise

import cv2
import numpy as np
import pytest

from models.errors import CancelledError
from models.geometry import Bounds, Extent
from models.progress import SILENT, Progress
from models.segmentation.large_pictures import crops, found_closely
from models.segmentation.proposals import Proposal, Proposals


@pytest.mark.parametrize("most", [2, 4, 6, 24, 60])
@pytest.mark.parametrize("extent", [Extent(4000, 3000), Extent(3000, 4000), Extent(8000, 900), Extent(2000, 2000)])
def test_crops_cover_the_picture_and_overlap(extent: Extent, most: int) -> None:
    windows = crops(extent, 1024, most)
    assert len(windows) <= most
    if not windows:
        return
    seen = np.zeros((extent.height, extent.width), np.uint8)
    for window in windows:
        assert window == window.clipped(extent)
        seen[window.slices] += 1
    assert seen.min() >= 1
    columns = sorted({window.x0 for window in windows})
    width = windows[0].width
    assert all(right - left <= 0.76 * width for left, right in pairwise(columns))


def test_enough_crops_are_at_native_size() -> None:
    windows = crops(Extent(4000, 3000), 1024, 24)
    assert {window.extent for window in windows} == {Extent(1024, 1024)}


@pytest.mark.parametrize(
    ("extent", "most"), [(Extent(1024, 768), 24), (Extent(1700, 1200), 24), (Extent(4000, 3000), 1)]
)
def test_where_it_does_not_pay_there_are_none(extent: Extent, most: int) -> None:
    assert crops(extent, 1024, most) == []


def _bright(rgb: np.ndarray, working: Extent, progress: Progress) -> Proposals:
    """A proposer that sees bright things of at least 8 px once the picture is reduced to 200 px."""
    progress.report(0.5)
    small = cv2.resize(rgb, tuple(Extent.of(rgb).fit_within(200)), interpolation=cv2.INTER_AREA)
    labels, areas = cv2.connectedComponentsWithStats((small[..., 0] > 128).astype(np.uint8))[1:3]
    items = []
    for label in range(1, len(areas)):
        if min(areas[label, cv2.CC_STAT_WIDTH], areas[label, cv2.CC_STAT_HEIGHT]) >= 8:
            mask = cv2.resize((labels == label).astype(np.float32), tuple(working)) > 0.5
            items.append(Proposal(working.bounds, mask, 0.5))
    return Proposals(Extent.of(rgb), working, tuple(items))


@pytest.fixture
def picture() -> np.ndarray:
    """Something large across the middle, where crops cut it, and small things all over."""
    rgb = np.zeros((600, 800, 3), np.uint8)
    rgb[200:400, 250:600] = 255
    for x in range(40, 800, 120):
        for y in (60, 500):
            cv2.circle(rgb, (x, y), 12, (255, 255, 255), -1)
    return rgb


def test_crops_add_the_small_things_once_and_leave_the_large_one_whole(picture: np.ndarray) -> None:
    extent = Extent.of(picture)
    alone = _bright(picture, extent, SILENT)
    windows = crops(extent, 200, 24)
    assert len(windows) > 4
    found = found_closely(picture, _bright, windows, extent, SILENT)
    assert len(alone) == 1
    assert len(found) == 1 + 14
    expected = cv2.connectedComponentsWithStats((picture[..., 0] > 128).astype(np.uint8))
    for label in range(1, expected[0]):
        truth = expected[1] == label
        best = max(np.count_nonzero(truth & found.mask(i)) / np.count_nonzero(truth | found.mask(i)) for i in range(15))
        assert best > 0.8


def test_masks_are_at_the_working_size(picture: np.ndarray) -> None:
    working = Extent(400, 300)
    found = found_closely(picture, _bright, crops(Extent.of(picture), 200, 24), working, SILENT)
    assert found.working == working
    assert found.extent == Extent(800, 600)
    assert all(item.box == item.box.clipped(working) for item in found)
    assert all(item.inside.shape == (item.box.height, item.box.width) for item in found)


def test_it_stops_between_looks(picture: np.ndarray) -> None:
    seen: list[float] = []

    def cancelled() -> bool:
        return len(seen) >= 3

    progress = Progress(lambda fraction, _: seen.append(fraction), cancelled)
    with pytest.raises(CancelledError):
        found_closely(picture, _bright, crops(Extent.of(picture), 200, 24), Extent.of(picture), progress)
    assert seen == sorted(seen)
    assert len(seen) == 3


def test_no_windows_is_one_look(picture: np.ndarray) -> None:
    windows: list[Bounds] = []
    assert len(found_closely(picture, _bright, windows, Extent.of(picture), SILENT)) == 1
