import cv2
import numpy as np
import pytest
from skimage import data

from models.errors import BadInputError
from models.filters.blur import gaussian_blur, lens_blur
from models.filters.dehaze import dehaze
from models.filters.denoise import denoise, noise_level
from models.filters.pixelate import fitting_block, pixelate
from models.filters.scratches import find_scratches
from models.filters.sharpen import deblur, sharpen
from models.filters.style import STYLES, apply_style, find_style
from models.geometry import Bounds


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2)))


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(data.astronaut()[:300, :300])


@pytest.mark.parametrize("blur", [gaussian_blur, lens_blur])
@pytest.mark.parametrize("radius", [3, 60])
def test_a_blurred_background_takes_nothing_of_the_subject(blur, radius: float):
    image = np.full((200, 200, 3), (40, 90, 40), np.uint8)
    image[60:140, 60:140] = (250, 30, 30)
    background = np.ones((200, 200), np.float32)
    background[60:140, 60:140] = 0
    kept = blur(image, radius, background)
    assert np.abs(kept[background > 0].astype(int) - (40, 90, 40)).max() <= 2
    bled = blur(image, radius)
    assert np.abs(bled[background > 0].astype(int) - (40, 90, 40)).max() > 20


def test_a_lens_turns_a_lamp_into_an_even_disc():
    image = np.full((121, 121, 3), 10, np.uint8)
    image[59:62, 59:62] = 255
    disc = lens_blur(image, 10, highlights=8)[..., 0].astype(int)
    assert disc[60, 60] - disc[60, 66] <= 3
    assert disc[60, 60] > disc[60, 78] + 30
    soft = gaussian_blur(image, 6)[..., 0].astype(int)
    assert soft[60, 60] - soft[60, 66] > 5


def test_blurring_is_linear_in_light():
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, ::2] = 255
    assert abs(int(gaussian_blur(image, 6)[32, 32, 0]) - 188) <= 1  # half the light, not half the number


def test_nothing_to_blur(photo: np.ndarray):
    np.testing.assert_array_equal(gaussian_blur(photo, 0), photo)
    with pytest.raises(BadInputError):
        lens_blur(photo, -1)


def test_a_mosaic_has_one_colour_a_square_and_stays_in_its_bounds(photo: np.ndarray):
    within = Bounds(33, 41, 155, 130)
    result = pixelate(photo, 16, within)
    square = result[41:57, 33:49].reshape(-1, 3)
    assert (square == square[0]).all()
    outside = np.ones(photo.shape[:2], bool)
    outside[within.slices] = False
    np.testing.assert_array_equal(result[outside], photo[outside])
    with pytest.raises(BadInputError):
        pixelate(photo, 1)
    assert fitting_block(160, 80) == 10


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_denoising_takes_noise_and_leaves_a_clean_picture(photo: np.ndarray, dtype: type):
    depth = np.iinfo(dtype).max // 255
    rng = np.random.default_rng(3)
    noisy = np.clip(photo + rng.normal(0, 14, photo.shape), 0, 255).astype(dtype) * dtype(depth)
    assert noise_level(noisy) > 3 * noise_level(photo)
    result = denoise(noisy)
    assert result.dtype == dtype
    assert psnr(result / depth, photo) > psnr(noisy / depth, photo) + 4
    assert psnr(denoise(photo), photo) > 36
    np.testing.assert_array_equal(denoise(noisy, 0), noisy)


def test_deblurring_comes_nearer_to_the_sharp_picture(photo: np.ndarray):
    soft = cv2.GaussianBlur(photo, (0, 0), 1.5)
    assert psnr(deblur(soft, 1.5), photo) > psnr(soft, photo) + 0.2
    flat = np.full((80, 80, 3), 120, np.uint8)
    np.testing.assert_array_equal(deblur(flat), flat)
    assert sharpen(photo, 40).astype(int).std() > photo.astype(int).std()


def test_dehazing_restores_contrast_and_spares_clear_pictures(photo: np.ndarray):
    hazy = (photo * 0.5 + 110).astype(np.uint8)
    assert psnr(dehaze(hazy, 70), photo) > psnr(hazy, photo) + 4
    assert psnr(dehaze(photo, 50), photo) > 22


def test_scratches_are_found_and_a_clean_picture_is_left_alone(photo: np.ndarray):
    damaged, truth = photo.copy(), np.zeros(photo.shape[:2], np.uint8)
    for start, end in (((20, 10), (250, 80)), ((280, 30), (230, 120))):
        cv2.line(damaged, start, end, (245, 245, 240), 2, cv2.LINE_AA)
        cv2.line(truth, start, end, 1, 2)
    cv2.circle(damaged, (60, 50), 2, (250, 250, 250), -1)
    found = find_scratches(damaged)
    assert set(np.unique(found)) <= {0.0, 1.0}
    assert found[truth > 0].mean() > 0.6
    assert find_scratches(data.chelsea()).mean() < 0.01
    assert find_scratches(data.gravel()[..., None].repeat(3, axis=2)).mean() < 0.02


@pytest.mark.parametrize("name", STYLES)
def test_styles_change_the_picture_and_repeat_themselves(photo: np.ndarray, name: str):
    small = photo[::2, ::2].copy()
    result = apply_style(small, name, seed=3)
    assert result.shape == small.shape
    assert result.dtype == small.dtype
    assert np.abs(result.astype(int) - small).mean() > 4
    np.testing.assert_array_equal(result, apply_style(small, name, seed=3))
    assert apply_style(small.astype(np.uint16) * 257, name).dtype == np.uint16


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("turn it into a watercolor", "watercolour"),
        ("pencil sketch", "pencil sketch"),
        ("like a Van Gogh", "oil painting"),
        ("comic book style", "cartoon"),
        ("vintage", "vintage film"),
        ("catoon", "cartoon"),
        ("brighter", None),
    ],
)
def test_styles_in_words(text: str, name: str | None):
    assert find_style(text) == name


def test_an_unknown_style_is_refused(photo: np.ndarray):
    with pytest.raises(BadInputError, match="watercolour"):
        apply_style(photo, "wobble")
