"""Setting things into drawn scenes: nothing else changes, no halo, the right light, the shadow where it belongs."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.harmonise.cutting import cut_out
from models.harmonise.light import light_of_thing, read_light, relit
from models.harmonise.setting import set_in
from models.harmonise.shadow import Side, light_side, shadow_of
from models.mask import Mask
from models.mask import bounds as bounds_of
from tests.models.harmonise.drawn import ball, composited, eight, floor_and_wall, lab_of, sixteen, tinted

_BOX = Bounds(140, 110, 260, 230)


@pytest.mark.parametrize("depth", [eight, sixteen])
def test_outside_thing_and_shadow_every_sample_stays(depth) -> None:
    scene = depth(floor_and_wall())
    colours, alpha = ball()
    placed = set_in(scene, cut_out(depth(colours), alpha, known_surroundings=False), _BOX, seed=4)
    assert placed.rgb.dtype == scene.dtype
    outside = placed.changed == 0
    assert outside.mean() > 0.4
    assert (placed.rgb[outside] == scene[outside]).all()
    assert (placed.rgb[placed.alpha > 0.9] != scene[placed.alpha > 0.9]).any(axis=-1).mean() > 0.95


def test_sixteen_bits_are_all_used() -> None:
    colours, alpha = ball()
    placed = set_in(sixteen(floor_and_wall()), cut_out(sixteen(colours), alpha, known_surroundings=False), _BOX)
    inside = placed.rgb[placed.alpha > 0.9]
    assert len(np.unique(inside % 257)) > 100


def test_the_edge_shows_nothing_of_the_old_background() -> None:
    """The thing was seen before bright green. Compared with the composite of its true colours and matte."""
    colours, alpha = ball()
    green = np.zeros((200, 200, 3), np.float32)
    green[:] = (0.2, 0.95, 0.2)
    seen, matte = composited(green, colours, alpha, 40, 40)
    scene = floor_and_wall()
    thing = cut_out(eight(seen), matte)
    trimmed = bounds_of(np.clip((alpha - 0.06) / 0.88, 0, 1), 0.02)  # as cut_out does
    assert thing.extent == trimmed.extent
    truth, _ = composited(scene, colours, alpha, _BOX.x0, _BOX.y0)
    pasted, _ = composited(scene, seen[40:160, 40:160], alpha, _BOX.x0, _BOX.y0)
    placed = set_in(eight(scene), thing, trimmed.shifted(_BOX.x0, _BOX.y0), standing=False, match=0.0)
    rim = np.zeros(scene.shape[:2], bool)
    rim[_BOX.slices] = (alpha > 0.05) & (alpha < 0.95)
    ours = np.linalg.norm(lab_of(placed.rgb) - lab_of(truth), axis=-1)[rim].mean()
    halo = np.linalg.norm(lab_of(pasted) - lab_of(truth), axis=-1)[rim].mean()
    assert halo > 0.04
    assert ours < 0.45 * halo


@pytest.mark.parametrize("tint", [(0.02, 0.03), (-0.015, -0.03)])
def test_light_follows_the_scene_and_hue_stays(tint: tuple[float, float]) -> None:
    """The same red ball as it was under neutral light, and as it would look under the scene's."""
    colours, alpha = ball()
    neutral, scene = floor_and_wall(), floor_and_wall(tint=tint)
    wanted = tinted(colours, *tint)
    got = relit(colours, alpha, read_light(neutral), read_light(scene))
    firm = alpha > 0.9
    before = np.linalg.norm(lab_of(colours) - lab_of(wanted), axis=-1)[firm].mean()
    after = np.linalg.norm(lab_of(got) - lab_of(wanted), axis=-1)[firm].mean()
    assert after < 0.6 * before
    hue = [np.arctan2(*lab_of(one)[firm][:, :0:-1].mean(axis=0)) for one in (colours, got)]
    assert abs(np.degrees(hue[1] - hue[0])) < 20


def test_a_bright_thing_gets_darker_in_a_dark_picture_but_not_black() -> None:
    colours, alpha = ball(colour=(0.85, 0.0, 0.0))
    scene = tinted(floor_and_wall(), 0, 0, gain=0.45)
    got = relit(colours, alpha, light_of_thing(colours, alpha), read_light(scene))
    firm = alpha > 0.9
    ratio = lab_of(got)[firm][:, 0].mean() / lab_of(colours)[firm][:, 0].mean()
    assert 0.6 < ratio < 0.95


def test_in_a_black_and_white_picture_it_is_black_and_white() -> None:
    grey = np.repeat(floor_and_wall()[..., 1:2], 3, axis=-1)
    colours, alpha = ball()
    placed = set_in(eight(grey), cut_out(eight(colours), alpha, known_surroundings=False), _BOX)
    lab = lab_of(placed.rgb)[placed.alpha > 0.9]
    assert np.hypot(lab[:, 1], lab[:, 2]).max() < 0.02


def test_noise_and_softness_come_from_the_scene() -> None:
    import cv2

    rng = np.random.default_rng(0)
    colours, alpha = ball()
    soft = cv2.GaussianBlur(floor_and_wall(), (0, 0), 1.6)
    noisy = np.clip(soft + rng.normal(0, 0.02, soft.shape[:2])[..., None], 0, 1).astype(np.float32)
    thing = cut_out(eight(colours), alpha, known_surroundings=False)
    clean = set_in(eight(soft), thing, _BOX, standing=False).rgb
    grained = set_in(eight(noisy), thing, _BOX, standing=False).rgb
    middle = np.s_[155:185, 185:215]
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6

    def spread(rgb: np.ndarray) -> float:
        return float(np.abs(cv2.filter2D(rgb[middle][..., 1].astype(np.float32) / 255, -1, kernel)).mean() / 0.8)

    assert spread(clean) < 0.006
    assert 0.01 < spread(grained) < 0.03


def test_the_same_seed_gives_the_same_samples() -> None:
    scene = eight(np.clip(floor_and_wall() + np.random.default_rng(1).normal(0, 0.02, (300, 400, 3)), 0, 1))
    colours, alpha = ball()
    thing = cut_out(eight(colours), alpha, known_surroundings=False)
    first, again, other = (set_in(scene, thing, _BOX, seed=seed).rgb for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def _disc(shape: tuple[int, int], x: int, y: int, radius: int) -> Mask:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return (np.hypot(columns - x, rows - y) <= radius).astype(np.float32)


@pytest.mark.parametrize("from_side", [-1, 1])
def test_the_shadow_falls_away_from_the_light(from_side: int) -> None:
    scene = floor_and_wall()
    things = []
    for x in (60, 200, 340):
        colours, alpha = ball(80, colour=(0.7, 0.02, 0.02), lit_from=1.2 * from_side)
        scene, _ = composited(scene, colours, alpha, x - 40, 180)
        things.append(_disc((300, 400), x, 220, 38))
    side = light_side(scene @ np.array([0.2126, 0.7152, 0.0722], np.float32), things)
    assert side.x * from_side > 0.5
    assert side.confidence > 0.6
    shadow = shadow_of(_disc((100, 100), 50, 50, 48), Bounds(150, 100, 250, 200), Extent(400, 300), side)
    left, right = shadow[:, :150].sum(), shadow[:, 250:].sum()
    assert (right - left) * -from_side > 0
    assert shadow.argmax() // 400 in range(190, 206)  # darkest where it touches


def test_things_that_contradict_each_other_tell_no_side() -> None:
    scene, things = floor_and_wall(), []
    for x, lit in ((60, -1.2), (200, 1.2), (340, -1.2), (130, 1.2)):
        colours, alpha = ball(60, colour=(0.7, 0.02, 0.02), lit_from=lit)
        scene, _ = composited(scene, colours, alpha, x - 30, 200)
        things.append(_disc((300, 400), x, 230, 28))
    assert light_side(scene.mean(axis=-1), things).confidence < 0.3


def test_no_shadow_falls_beyond_what_it_stands_on() -> None:
    support = np.zeros((300, 400), np.float32)
    support[:, :190] = 1
    shadow = shadow_of(
        _disc((100, 100), 50, 50, 48), Bounds(100, 100, 200, 200), Extent(400, 300), Side(-1, 1), support
    )
    assert shadow[:, :180].max() > 0.4
    assert shadow[:, 215:].max() == 0


def test_what_stands_before_it_hides_it() -> None:
    before = np.zeros((300, 400), np.float32)
    before[:, 200:] = 1
    scene = eight(floor_and_wall())
    colours, alpha = ball()
    placed = set_in(scene, cut_out(eight(colours), alpha, known_surroundings=False), _BOX, before=before)
    assert (placed.rgb[:, 200:] == scene[:, 200:]).all()
    assert (placed.alpha[:, :200] > 0.9).any()


def test_a_thing_cut_off_by_its_frame_has_no_soft_edge_there() -> None:
    person = np.zeros((200, 120), np.float32)
    person[40:, 30:90] = 1
    rgb = np.full((200, 120, 3), 120, np.uint8)
    thing = cut_out(rgb, person)
    assert thing.cut_off == {"bottom"}
    scene = eight(floor_and_wall())
    placed = set_in(scene, thing, Bounds(100, 140, 160, 300))
    assert (placed.alpha[-1, 105:155] > 0.99).all()


def test_a_place_outside_and_an_empty_matte_say_so() -> None:
    colours, alpha = ball()
    thing = cut_out(eight(colours), alpha, known_surroundings=False)
    with pytest.raises(BadInputError, match="outside the picture"):
        set_in(eight(floor_and_wall()), thing, Bounds(500, 10, 600, 110))
    with pytest.raises(BadInputError, match="nothing to take"):
        cut_out(eight(colours), np.zeros_like(alpha))


def test_over_what_is_see_through_the_edge_keeps_the_things_colour() -> None:
    """Invisible samples are black; they must not show as a dark rim."""
    scene = np.zeros((300, 400, 3), np.uint8)
    colours, alpha = ball(colour=(0.8, 0.05, 0.05))
    thing = cut_out(eight(colours), alpha, known_surroundings=False)
    placed = set_in(scene, thing, _BOX, standing=False, match=0.0, opacity=np.zeros((300, 400), np.float32))
    rim = (placed.alpha > 0.05) & (placed.alpha < 0.95)
    assert placed.opacity is not None
    assert np.abs(placed.opacity - placed.alpha).max() < 1e-6
    assert lab_of(placed.rgb)[rim][:, 0].min() > 0.8 * lab_of(eight(colours))[alpha > 0.95][:, 0].min()
