"""Flat things laid on surfaces, and materials laid over things: shading stays, nothing outside changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.errors import BadInputError
from models.geometry import Extent
from models.harmonise.cutting import Cutout, cut_out
from models.harmonise.material import cover, swatch_of
from models.harmonise.surface import bend_of, corners_of, lay_on, room_in
from tests.models.harmonise.drawn import checkered, eight, floor_and_wall, lab_of, sixteen


def _logo() -> Cutout:
    rgb = np.zeros((120, 240, 3), np.uint8)
    rgb[:] = (40, 150, 60)
    rgb[40:80, 40:200] = (240, 240, 240)
    return cut_out(rgb, np.ones((120, 240), np.float32), known_surroundings=False)


def _folded(depth=eight) -> tuple[np.ndarray, np.ndarray]:
    """Grey cloth with folds across, hanging before the wall, and its mask."""
    scene = floor_and_wall()
    mask = np.zeros(scene.shape[:2], np.float32)
    mask[60:260, 100:300] = 1
    folds = 0.6 + 0.12 * np.sin(np.arange(400) / 9.0)
    cloth = np.broadcast_to(folds[None, :, None], scene.shape)
    return depth(np.where(mask[..., None] > 0, cloth, scene).astype(np.float32)), mask


@pytest.mark.parametrize("depth", [eight, sixteen])
def test_a_print_stays_on_its_surface_and_takes_its_folds(depth) -> None:
    scene, mask = _folded(depth)
    placed = lay_on(scene, _logo(), mask)
    assert (placed.rgb[placed.changed == 0] == scene[placed.changed == 0]).all()
    assert not placed.changed[mask == 0].any()
    row = 162  # through the white bar
    inside = placed.alpha[row] > 0.9
    printed, cloth = lab_of(placed.rgb[row : row + 1])[0][inside, 0], lab_of(scene[row : row + 1])[0][inside, 0]
    assert np.corrcoef(printed, cloth)[0, 1] > 0.5


def test_its_colours_keep_their_hue_in_the_shade() -> None:
    scene, mask = _folded()
    placed = lay_on(scene, _logo(), mask)
    green = lab_of(placed.rgb)[(placed.alpha > 0.9) & (placed.rgb[..., 1] > placed.rgb[..., 0] + 40.0)]
    hue = np.degrees(np.arctan2(green[:, 2], green[:, 1]))
    assert len(green) > 500
    assert np.percentile(hue, 95) - np.percentile(hue, 5) < 12


def test_letters_already_on_the_surface_are_no_shading() -> None:
    """White words on a blue wall must not shine through what is laid over them."""
    wall = np.zeros((300, 300, 3), np.uint8)
    wall[:] = (30, 80, 170)
    wall[210:250], wall[250:] = 250, 5  # so that both pictures are equally lit
    plain = wall.copy()
    cv2.putText(wall, "WORDS", (60, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (235, 235, 235), 5)
    mask = np.zeros((300, 300), np.float32)
    mask[:200] = 1
    over, without = (lay_on(one, _logo(), mask, share=0.9) for one in (wall, plain))
    firm = over.alpha > 0.9
    through = (lab_of(over.rgb)[..., 0] - lab_of(without.rgb)[..., 0])[firm]
    assert np.percentile(np.abs(through - np.median(through)), 95) < 0.04


def test_a_plane_in_perspective_is_found_and_used() -> None:
    corners = np.array([[60, 50], [300, 90], [300, 200], [60, 260]], np.float32)
    mask = np.zeros((300, 400), np.float32)
    cv2.fillConvexPoly(mask, corners.astype(np.int32), (1.0,))
    found = corners_of(mask)
    assert found is not None
    assert np.abs(found - corners).max() < 4
    placed = lay_on(eight(floor_and_wall()), _logo(), mask, share=0.9)
    heights = (placed.alpha > 0.5).sum(axis=0)
    near, far = heights[90:110].mean(), heights[265:285].mean()
    assert near > 1.4 * far > 0


def test_a_blob_has_no_four_corners() -> None:
    rows, columns = np.mgrid[:200, :200]
    assert corners_of((np.hypot(rows - 100, columns - 100) < 80).astype(np.float32)) is None


def test_the_largest_room_avoids_a_handle() -> None:
    mug = np.zeros((200, 260), np.float32)
    mug[20:180, 40:180] = 1
    mug[60:80, 180:240] = 1
    mug[120:140, 180:240] = 1
    mug[60:140, 225:240] = 1
    room = room_in(mug, 1.0)
    assert room.x0 >= 36
    assert room.x1 <= 186
    assert room.width > 110


def test_round_things_bend_what_is_on_them() -> None:
    mug = np.zeros((300, 300), np.float32)
    cv2.rectangle(mug, (70, 60), (230, 220), (1.0,), -1)
    cv2.ellipse(mug, (150, 220), (80, 24), 0, 0, 180, (1.0,), -1)
    bend = bend_of(mug)
    assert abs(bend.axis - 150) < 2
    assert abs(bend.radius - 80) < 4
    assert 0.2 < bend.bow < 0.4
    scene = np.full((300, 300, 3), 150, np.uint8)
    placed = lay_on(scene, _logo(), mug, round_surface=True, share=0.95)
    on = placed.alpha > 0.5
    lowest = 299 - np.argmax(on[::-1], axis=0)
    columns = np.flatnonzero(on.any(axis=0))
    middle, side = lowest[150], lowest[columns[3]]
    assert middle > side + 3  # sags in the middle, as the rim does


@pytest.mark.parametrize("depth", [eight, sixteen])
def test_a_material_covers_the_thing_alone_and_keeps_its_folds(depth) -> None:
    scene, mask = _folded(depth)
    placed = cover(scene, checkered(), mask, seed=3)
    assert (placed.rgb[mask == 0] == scene[mask == 0]).all()
    ours, cloth = lab_of(placed.rgb), lab_of(scene)
    # averaged over columns the pattern goes and the folds stay
    profile = ours[70:250, 110:290, 0].mean(axis=0)
    folds = cloth[70:250, 110:290, 0].mean(axis=0)
    assert np.corrcoef(cv2.blur(profile[None], (9, 1))[0], cv2.blur(folds[None], (9, 1))[0])[0, 1] > 0.6
    hue = ours[mask > 0][:, 1:].mean(axis=0)
    assert hue[0] > 0.02  # the swatch is reddish, the cloth was grey


def test_a_material_is_the_same_for_the_same_seed() -> None:
    scene, mask = _folded()
    assert (cover(scene, checkered(), mask, seed=3).rgb == cover(scene, checkered(), mask, seed=3).rgb).all()


def test_a_floor_shrinks_its_pattern_with_distance() -> None:
    scene = np.full((300, 400, 3), 140, np.uint8)
    mask = np.zeros((300, 400), np.float32)
    mask[100:] = 1
    placed = cover(scene, checkered(), mask, lies_flat=True)
    grey = placed.rgb[..., 1].astype(np.float32)

    def changes(row: int) -> int:
        """Squares along a row; the fewest of some rows, since one may run along the squares' edges."""
        lines = cv2.GaussianBlur(grey[row - 6 : row + 6], (5, 1), 0)
        signs = np.sign(lines - np.median(lines, axis=1, keepdims=True))
        return int(np.count_nonzero(np.diff(signs, axis=1), axis=1).min())

    assert changes(130) > 1.5 * changes(290)


def test_too_little_material_and_too_small_a_surface_say_so() -> None:
    with pytest.raises(BadInputError, match="too little of that material"):
        swatch_of(np.zeros((40, 200, 3), np.uint8))
    tiny = np.zeros((100, 100), np.float32)
    tiny[50:54, 50:54] = 1
    with pytest.raises(BadInputError, match="too small"):
        lay_on(np.zeros((100, 100, 3), np.uint8), _logo(), tiny)


def test_a_swatch_is_taken_from_inside_the_mask() -> None:
    rgb = np.zeros((200, 200, 3), np.uint8)
    rgb[30:170, 40:160] = 200
    where = (rgb[..., 0] > 0).astype(np.float32)
    swatch = swatch_of(rgb, where)
    assert swatch.min() == 200
    assert min(Extent.of(swatch)) >= 100
