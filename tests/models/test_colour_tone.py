import numpy as np
import pytest
from skimage import data

from models.colour.oklab import srgb_to_oklab, to_unit
from models.colour.tone import QUANTITIES, Adjustment, apply_adjustments
from models.colour.tone_words import parse_adjustments
from models.errors import BadInputError

LOCAL = {"sharpness", "clarity", "shadows", "highlights", "enhance", "dramatic", "grain", "vignette"}
TINTING = {"warmth", "tint", "sepia"}


def adjusted(image: np.ndarray, quantity: str, amount: float) -> np.ndarray:
    return apply_adjustments(image, [Adjustment(quantity, amount)])


def lightness(image: np.ndarray) -> np.ndarray:
    return srgb_to_oklab(to_unit(image))[..., 0]


def chroma(image: np.ndarray) -> np.ndarray:
    lab = srgb_to_oklab(to_unit(image))
    return np.hypot(lab[..., 1], lab[..., 2])


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return data.astronaut()[::3, ::3].copy()


@pytest.fixture(scope="module")
def ramp() -> np.ndarray:
    return np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 64, axis=0).repeat(3, axis=2)


@pytest.mark.parametrize("quantity", [q for q in QUANTITIES if q not in LOCAL])
@pytest.mark.parametrize("amount", [-100, -20, 20, 100])
def test_a_grey_ramp_stays_monotone_and_neutral(ramp: np.ndarray, quantity: str, amount: float):
    result = adjusted(ramp, quantity, amount)
    assert np.diff(lightness(result)[30]).min() > -0.004
    if quantity not in TINTING and not quantity.endswith("_cast"):
        assert chroma(result).max() < 0.012  # one 8-bit level near black


@pytest.mark.parametrize("quantity", ["shadows", "highlights", "dramatic"])
@pytest.mark.parametrize("amount", [-100, 100])
def test_local_tone_leaves_a_ramp_without_reversals(ramp: np.ndarray, quantity: str, amount: float):
    result = lightness(adjusted(ramp, quantity, amount))[30, 8:-8]
    assert np.diff(result[::4]).min() > -0.012
    assert chroma(adjusted(ramp, quantity, amount)).max() < 0.006


@pytest.mark.parametrize("quantity", ["brightness", "exposure", "shadows", "highlights"])
def test_up_is_lighter_and_down_is_darker_and_a_step_is_visible(photo: np.ndarray, quantity: str):
    before = lightness(photo).mean()
    up, more = (lightness(adjusted(photo, quantity, x)).mean() for x in (20, 60))
    down = lightness(adjusted(photo, quantity, -20)).mean()
    assert more > up > before > down
    assert 0.003 < up - before < 0.09


def test_contrast_saturation_and_warmth_go_where_they_say(photo: np.ndarray):
    assert lightness(adjusted(photo, "contrast", 30)).std() > lightness(photo).std()
    assert lightness(adjusted(photo, "contrast", -30)).std() < lightness(photo).std()
    assert chroma(adjusted(photo, "saturation", 30)).mean() > 1.15 * chroma(photo).mean()
    assert chroma(adjusted(photo, "saturation", -100)).max() < 0.006
    grey = np.full((40, 40, 3), 128, np.uint8)
    warm, cool = adjusted(grey, "warmth", 20)[0, 0].astype(int), adjusted(grey, "warmth", -20)[0, 0].astype(int)
    assert warm[0] > warm[1] > warm[2]
    assert cool[0] < cool[1] < cool[2]
    assert abs(int(warm @ [2, 7, 1]) / 10 - 128) < 4


def test_saturation_does_not_turn_hues(photo: np.ndarray):
    before, after = (srgb_to_oklab(to_unit(x)) for x in (photo, adjusted(photo, "saturation", 60)))
    coloured = np.hypot(before[..., 1], before[..., 2]) > 0.05
    turn = np.arctan2(after[..., 2], after[..., 1]) - np.arctan2(before[..., 2], before[..., 1])
    turn = np.abs((turn + np.pi) % (2 * np.pi) - np.pi)[coloured]
    assert np.degrees(np.percentile(turn, 95)) < 3


def test_a_colour_is_reduced_where_it_is(photo: np.ndarray):
    patches = np.zeros((40, 80, 3), np.uint8)
    patches[:, :40], patches[:, 40:] = (200, 60, 50), (60, 80, 200)
    result = chroma(adjusted(patches, "red", -60))
    assert result[20, 20] < 0.6 * chroma(patches)[20, 20]
    assert result[20, 60] == pytest.approx(chroma(patches)[20, 60], abs=0.005)


def test_auto_takes_out_a_cast_and_stretches(photo: np.ndarray):
    grey = (np.linspace(60, 160, 120)[None, :, None] * np.array([1.0, 1.0, 0.85])).astype(np.uint8)
    image = np.repeat(grey, 90, axis=0)
    result = adjusted(image, "auto", 100)
    assert chroma(result).mean() < 0.6 * chroma(image).mean()
    assert np.ptp(lightness(result)) > 1.3 * np.ptp(lightness(image))
    assert np.abs(lightness(adjusted(photo, "auto", 100)).mean() - lightness(photo).mean()) < 0.08


def test_sharpening_is_sharper_without_halos():
    image = np.full((60, 60, 3), 80, np.uint8)
    image[:, 30:] = 170
    soft = adjusted(image, "sharpness", -20)
    sharp = adjusted(soft, "sharpness", 60)
    assert np.abs(np.diff(lightness(sharp)[30])).max() > np.abs(np.diff(lightness(soft)[30])).max()
    assert sharp.max() <= 170 + 14
    assert sharp.min() >= 80 - 14


def test_sixteen_bits_nothing_to_do_and_seeds(photo: np.ndarray):
    deep = photo.astype(np.uint16) * 257
    brighter = adjusted(deep, "brightness", 20)
    assert brighter.dtype == np.uint16
    assert np.abs(brighter / 257 - adjusted(photo, "brightness", 20)).max() < 1.5
    np.testing.assert_array_equal(apply_adjustments(photo, []), photo)
    np.testing.assert_array_equal(adjusted(photo, "contrast", 0), photo)
    grain = [apply_adjustments(photo, [Adjustment("grain", 40)], seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(grain[0], grain[1])
    assert (grain[0] != grain[2]).any()


def test_strips_do_not_show():
    image = np.full((500, 40, 3), (90, 120, 160), np.uint8)
    for quantity in ("shadows", "clarity", "sharpness", "auto"):
        result = adjusted(image, quantity, 50)
        assert np.ptp(result.reshape(-1, 3), axis=0).max() <= 1, quantity


def test_bad_adjustments_are_refused():
    with pytest.raises(BadInputError, match="brightness"):
        Adjustment("wobble", 10)
    with pytest.raises(BadInputError, match="-100 to 100"):
        Adjustment("contrast", 101)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brighter", [("brightness", 20)]),
        ("a bit darker", [("brightness", -10)]),
        ("much warmer", [("warmth", 36)]),
        ("brightness -20", [("brightness", -20)]),
        ("contrast +30%", [("contrast", 30)]),
        ("increase saturation by 40", [("saturation", 40)]),
        ("reduce contrast by 20%", [("contrast", -20)]),
        ("20% brighter", [("brightness", 20)]),
        ("less saturated", [("saturation", -20)]),
        ("make it black and white", [("black_and_white", 100)]),
        ("sepia", [("sepia", 100)]),
        ("remove blue hue", [("blue_cast", -50)]),
        ("cooler", [("warmth", -20)]),
        ("more vivid", [("saturation", 20)]),
        ("sharpen", [("sharpness", 20)]),
        ("auto", [("auto", 100)]),
        ("reduce redness", [("red", -30)]),
        ("darker and warmer", [("brightness", -20), ("warmth", 20)]),
        ("too dark", [("brightness", 20)]),
        ("not bright enough", [("brightness", 20)]),
        ("more contrast and saturation", [("contrast", 20), ("saturation", 20)]),
        ("Make my pic look more colorful", [("saturation", 20)]),
        ("lift the shadows", [("shadows", 30)]),
        ("warmth 130", [("warmth", 100)]),
        ("un poco más claro y más cálido", [("brightness", 10), ("warmth", 20)]),
        ("etwas dunkler", [("brightness", -10)]),
        ("mehr Kontrast", [("contrast", 20)]),
        ("plus de contraste", [("contrast", 20)]),
        ("noir et blanc", [("black_and_white", 100)]),
        ("更亮一点", [("brightness", 10)]),
        ("黑白", [("black_and_white", 100)]),
        ("थोड़ा और चमकीला", [("brightness", 10)]),
    ],
)
def test_tone_in_words(text: str, expected: list[tuple[str, float]]):
    assert [(a.quantity, a.amount) for a in parse_adjustments(text)] == expected


@pytest.mark.parametrize("text", ["wibble", "", "remove the car", "brighter and wibble", "remove the grain"])
def test_unknown_tone_says_what_can_be_said(text: str):
    with pytest.raises(BadInputError, match="say"):
        parse_adjustments(text)
