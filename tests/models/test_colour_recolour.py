import numpy as np
import pytest
from scipy.stats import spearmanr
from skimage import color, data, draw

from models.colour.naming import ColourWish, parse_colour
from models.colour.oklab import (
    from_unit,
    into_gamut,
    linear_to_srgb,
    oklab_to_linear,
    oklab_to_oklch,
    oklab_to_srgb,
    oklch_to_oklab,
    srgb_to_linear,
    srgb_to_oklab,
    to_unit,
)
from models.colour.recolour import body_colour, recolour
from models.errors import BadInputError, CancelledError
from models.mask import feather
from models.progress import Progress


def difference(image: np.ndarray, rgb: tuple[float, float, float]) -> np.ndarray:
    """CIEDE2000 of every pixel to a colour."""
    return color.deltaE_ciede2000(color.rgb2lab(to_unit(image)), color.rgb2lab(np.array(rgb)[None, None]))


def ball(rgb: tuple[float, float, float], behind: tuple[float, float, float], size: int = 240):
    """A shaded, textured, glossy ball before a flat ground, anti-aliased, uint8; and its coverage."""
    scale = 4
    y, x = np.mgrid[0 : size * scale, 0 : size * scale] / (size * scale) * 2 - 1
    radius = np.hypot(x, y) / 0.7
    z = np.sqrt(np.clip(1 - radius**2, 0, 1))
    light = 0.35 + 0.65 * np.clip(0.5 * z - 0.5 * (x + y) / 0.7 + 0.35, 0, 1)
    weave = 1 + 0.12 * np.sin(x * 90) * np.sin(y * 90)
    linear = srgb_to_linear(np.array(rgb)) * (light * weave)[..., None]
    gloss = np.clip(1 - np.hypot(x + 0.25, y + 0.25) / 0.07, 0, 1)[..., None]
    linear = linear * (1 - gloss) + gloss
    inside = (radius < 1)[..., None]
    linear = np.where(inside, linear, srgb_to_linear(np.array(behind)))

    def shrink(a: np.ndarray) -> np.ndarray:
        return a.reshape(size, scale, size, scale, -1).mean((1, 3))

    image = from_unit(linear_to_srgb(np.clip(shrink(linear), 0, 1)), np.uint8)
    return image, shrink(inside.astype(float))[..., 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_oklab_goes_there_and_back(dtype: type):
    colours = np.random.default_rng(1).random((40, 30, 3)).astype(dtype)
    back = linear_to_srgb(oklab_to_linear(srgb_to_oklab(colours)))
    np.testing.assert_allclose(back, colours, atol=2e-5 if dtype == np.float32 else 1e-7)
    lab = srgb_to_oklab(colours)
    np.testing.assert_allclose(oklch_to_oklab(oklab_to_oklch(lab)), lab, atol=1e-6)


def test_oklab_of_known_colours():
    # Ottosson's published values
    np.testing.assert_allclose(srgb_to_oklab(np.array([1.0, 1.0, 1.0])), [1, 0, 0], atol=1e-4)
    np.testing.assert_allclose(srgb_to_oklab(np.array([1.0, 0, 0])), [0.628, 0.2249, 0.1258], atol=1e-3)


def test_the_gamut_map_keeps_lightness_and_hue():
    rng = np.random.default_rng(2)
    lch = np.stack([rng.uniform(0.1, 0.95, 500), np.full(500, 0.5), rng.uniform(-3, 3, 500)], axis=-1)
    mapped = oklab_to_oklch(into_gamut(oklch_to_oklab(lch)))
    np.testing.assert_allclose(mapped[:, 0], lch[:, 0], atol=1e-9)
    np.testing.assert_allclose(mapped[:, 2], lch[:, 2], atol=1e-6)
    linear = oklab_to_linear(oklch_to_oklab(mapped))
    assert linear.min() > -2e-4
    assert linear.max() < 1 + 2e-4
    inside = srgb_to_oklab(rng.random((50, 3)))
    np.testing.assert_array_equal(into_gamut(inside), inside)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_depths_survive_the_unit_range(dtype: type):
    levels = np.arange(np.iinfo(dtype).max + 1, dtype=dtype)
    np.testing.assert_array_equal(from_unit(to_unit(levels), dtype), levels)


SOURCES = {
    "orange": (0.85, 0.4, 0.1),
    "white": (0.93, 0.93, 0.93),
    "black": (0.13, 0.13, 0.13),
    "grey": (0.5, 0.5, 0.5),
    "blue": (0.1, 0.2, 0.7),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("wish", ["navy", "teal", "#1F3A93", "pink", "white", "black", "grey"])
def test_the_body_reaches_the_colour_and_keeps_its_texture(source: str, wish: str):
    image, cover = ball(SOURCES[source], (0.6, 0.65, 0.6))
    mask = (cover > 0.5).astype(np.float32)
    body = body_colour(image, mask)
    result = recolour(image, mask, parse_colour(wish))
    before, after = srgb_to_oklab(to_unit(image))[..., 0], srgb_to_oklab(to_unit(result))[..., 0]
    diffuse = (np.abs(before - body.lightness) < 0.02) & (cover == 1)
    allowed = 6.5 if wish in ("black", "white") else 4.0  # black keeps room for shadow, white for gloss
    assert np.median(difference(result, parse_colour(wish).target)[diffuse]) < allowed
    lit = (cover == 1) & (before < min(body.top, 0.97) - 0.03)
    assert spearmanr(before[lit], after[lit]).statistic > 0.8


def test_the_tone_curve_never_turns_light_into_dark():
    ramp = np.repeat(np.linspace(20, 235, 216).astype(np.uint8)[None, :, None], 40, axis=0)
    ramp = np.concatenate([ramp, ramp // 3, ramp // 3], axis=-1)
    for wish in ("navy", "white", "black", "yellow"):
        result = recolour(ramp, np.ones(ramp.shape[:2], np.float32), parse_colour(wish))
        lightness = srgb_to_oklab(to_unit(result))[20, :, 0]
        assert np.diff(lightness).min() > -0.012, wish


def test_highlights_stay_neutral():
    image, _ = ball((0.75, 0.1, 0.1), (0.2, 0.2, 0.2))
    at = np.unravel_index(image.astype(int).sum(-1).argmax(), image.shape[:2])
    assert image[at].min() > 245
    mask = np.zeros(image.shape[:2], np.float32)
    mask[draw.disk((120, 120), 80)] = 1
    result = recolour(image, mask, parse_colour("blue"))
    assert int(np.ptp(result[at].astype(int))) < 12
    assert result[at].min() > 215


@pytest.mark.parametrize("feathered", [0, 2])
def test_no_rim_of_the_old_colour_is_left(feathered: int):
    behind = (0.7, 0.72, 0.7)
    image, cover = ball((0.85, 0.1, 0.1), behind)
    truth, _ = ball(parse_colour("#1F3A93").target, behind)
    mask = feather((cover > 0).astype(np.float32), feathered)
    result = recolour(image, mask, parse_colour("#1F3A93"))
    rim = (cover > 0.05) & (cover < 0.95)
    # red light left over at the rim, against what a blue ball would show there
    excess = result[..., 0].astype(int) - truth[..., 0]
    assert np.abs(excess[rim]).mean() < 8
    naive = image.astype(float) * (1 - mask[..., None]) + mask[..., None] * np.array([31, 58, 147])
    assert np.abs(excess[rim]).mean() < 0.2 * np.abs(naive[..., 0] - truth[..., 0])[rim].mean()


def test_what_is_another_colour_keeps_it():
    image, cover = ball((0.2, 0.3, 0.8), (0.6, 0.6, 0.6))
    image[140:165, 105:135] = (240, 200, 20)
    result = recolour(image, (cover > 0.5).astype(np.float32), parse_colour("red"))
    np.testing.assert_array_equal(result[148:158, 113:127], image[148:158, 113:127])


def test_outside_the_mask_nothing_moves_and_a_wide_feather_fades():
    image = np.full((512, 512, 3), (120, 90, 60), np.uint8)
    mask = np.zeros(image.shape[:2], np.float32)
    mask[300:450, 100:400] = np.linspace(0, 1, 300, dtype=np.float32)
    result = recolour(image, mask, parse_colour("much darker"))
    np.testing.assert_array_equal(result[mask == 0], image[mask == 0])
    change = np.abs(result.astype(int) - image)[300:450, 100:400].sum((0, 2))
    assert change[:60].sum() < change[120:180].sum() < change[240:].sum()


def test_sixteen_bits_stay_sixteen():
    image, cover = ball((0.85, 0.4, 0.1), (0.6, 0.65, 0.6))
    mask = (cover > 0.5).astype(np.float32)
    deep = image.astype(np.uint16) * 257
    deep[100:140, 100:140] += np.arange(40, dtype=np.uint16)[None, :, None]
    result = recolour(deep, mask, parse_colour("teal"))
    assert result.dtype == np.uint16
    assert len(np.unique(result[mask > 0])) > 1000
    shallow = recolour(image, mask, parse_colour("teal"))
    assert np.abs(result / 257 - shallow).mean() < 0.6


def test_a_shift_keeps_relations():
    image, cover = ball((0.3, 0.5, 0.4), (0.6, 0.6, 0.6))
    mask = (cover > 0.5).astype(np.float32)
    inner = cover == 1
    before = srgb_to_oklab(to_unit(image))[inner]
    darker = srgb_to_oklab(to_unit(recolour(image, mask, parse_colour("a bit darker"))))[inner]
    assert -0.08 < np.median(darker[:, 0] - before[:, 0]) < -0.02
    assert np.corrcoef(before[:, 0], darker[:, 0])[0, 1] > 0.99
    vivid = srgb_to_oklab(to_unit(recolour(image, mask, parse_colour("more vivid"))))[inner]
    assert np.hypot(*vivid[:, 1:].T).mean() > 1.15 * np.hypot(*before[:, 1:].T).mean()
    assert np.abs(vivid[:, 0] - before[:, 0]).mean() < 0.01


def test_small_and_empty_regions():
    image = data.astronaut()[:40, :40].copy()
    mask = np.zeros((40, 40), np.float32)
    with pytest.raises(BadInputError):
        recolour(image, mask, parse_colour("red"))
    mask[5, 5] = 1
    result = recolour(image, mask, parse_colour("red"))
    assert (result != image).any(axis=-1).sum() == 1
    with pytest.raises(BadInputError):
        recolour(image, np.ones((3, 3), np.float32), parse_colour("red"))
    with pytest.raises(CancelledError):
        recolour(image, mask, ColourWish("x", (1, 0, 0)), progress=Progress(is_cancelled=lambda: True))


def test_a_shift_of_a_single_colour_stays_in_srgb():
    rgb = parse_colour("much more vivid red").target
    assert min(rgb) >= 0
    assert max(rgb) <= 1
    assert oklab_to_srgb(srgb_to_oklab(np.array(rgb))) == pytest.approx(rgb, abs=2e-3)


def _lit(height: int, width: int) -> np.ndarray:
    """Light that falls off gradually from the left to a third on the right: H×W float64."""
    return np.repeat(np.linspace(1.0, 0.33, width)[None], height, axis=0)


def test_what_lies_at_a_line_on_a_grey_thing_keeps_its_colour_and_shade_does_not() -> None:
    rng = np.random.default_rng(0)
    grey = 185 * _lit(160, 240) + rng.normal(0, 2, (160, 240))
    grey[120:150] = 30 + rng.normal(0, 2, (30, 240))  # a black sole under a grey shoe in gradual shade
    image = np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    mask = np.zeros((160, 240), np.float32)
    mask[10:150, 10:230] = 1
    result = recolour(image, mask, parse_colour("#1F3A93"))
    tint = result[..., 2].astype(int) - result[..., 0]
    assert np.abs(tint[125:145, 20:220]).mean() < 4
    assert tint[20:110, 20:220].min() > 12  # the shaded side as well
    # a thing that only lies in shade has no such parts
    shaded = np.ascontiguousarray(image[:110])
    assert recolour(shaded, mask[:110], parse_colour("#1F3A93"))[20:100, 20:220, 2].mean() > 60


def test_a_broad_sheen_takes_colour_and_a_sparkle_stays_white() -> None:
    image = np.full((200, 300, 3), 120, np.uint8)
    image[40:160, 30:150] = 250
    image[100:103, 220:223] = 250
    mask = np.ones((200, 300), np.float32)
    result = recolour(image, mask, parse_colour("red")).astype(int)
    broad, sparkle = result[100, 90], result[101, 221]
    assert broad[0] - broad[2] > 40
    assert sparkle[0] - sparkle[2] < broad[0] - broad[2]
