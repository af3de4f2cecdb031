import cv2
import numpy as np
import pytest
from skimage import data

from models.mask import iou
from models.segmentation.backdrop import before_backdrop
from models.segmentation.phrases import PhraseGrounder
from models.segmentation.saliency import Scene


def _outline(shape: str, size: tuple[int, int]) -> np.ndarray:
    height, width = size
    mask = np.zeros(size, np.uint8)
    x, y = width // 2, height // 2
    if shape == "bottle":
        cv2.rectangle(mask, (x - 45, y - 75), (x + 45, y + 128), 1, -1)
        cv2.rectangle(mask, (x - 15, y - 143), (x + 15, y - 68), 1, -1)
    elif shape == "mug":
        cv2.ellipse(mask, (x + 82, y + 15), (52, 60), 0, 0, 360, 1, 20)
        cv2.rectangle(mask, (x - 82, y - 82), (x + 75, y + 112), 1, -1)
    else:
        corners = [(-150, 68), (-142, -45), (-82, -68), (-45, -15), (90, 15), (158, 45), (161, 82), (-150, 82)]
        cv2.fillPoly(mask, [np.array([(x + dx, y + dy) for dx, dy in corners])], 1)
    return mask > 0


def product_photo(shape, backdrop, colour, seed=0):
    """A textured thing on a backdrop whose light falls off, with a soft cast shadow: H×W×3 uint8 and H×W bool."""
    rng = np.random.default_rng(seed)
    size = (450, 600)
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    light = 1.0 - 0.18 * y / size[0] - 0.12 * np.hypot(x / size[1] - 0.4, y / size[0] - 0.35)
    mask = _outline(shape, size)
    rows, columns = np.nonzero(mask)
    shadow = np.zeros(size, np.float32)
    centre = (int(columns.min() + columns.max()) // 2 + 30, int(rows.max()) - 3)
    cv2.ellipse(shadow, centre, (int(np.ptp(columns)) // 2 + 52, 25), 0, 0, 360, 1.0, -1)
    light = light * (1.0 - 0.45 * cv2.GaussianBlur(shadow, (0, 0), 12))
    texture = cv2.GaussianBlur(rng.normal(0, 1, size).astype(np.float32), (0, 0), 2)
    texture = 7 * texture / texture.std() + 8 * np.sin(x / 7)
    shade = 0.75 + 0.5 * np.clip(1 - np.abs(x - size[1] // 2 + 30) / 165, 0, 1)
    thing = (np.array(colour, np.float32) + texture[..., None]) * shade[..., None]
    if shape == "bottle":  # a plain label
        label = (slice(225, 292), slice(255, 346))
        thing[label] = np.array([235, 230, 220], np.float32) * shade[label][..., None]
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)[..., None]
    picture = np.array(backdrop, np.float32) * light[..., None] * (1 - soft) + thing * soft
    return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8), mask


@pytest.mark.parametrize("backdrop", [(250, 250, 250), (170, 170, 172), (225, 205, 180)])
@pytest.mark.parametrize(
    ("shape", "colour"),
    [("bottle", (60, 110, 70)), ("mug", (190, 60, 50)), ("shoe", (120, 80, 50)), ("shoe", (205, 200, 190))],
)
def test_a_product_is_cut_out_without_its_shadow(shape, colour, backdrop):
    picture, truth = product_photo(shape, backdrop, colour)
    grounder = PhraseGrounder()
    grounder.set_image(picture)
    subject = grounder.subject()
    assert subject.found
    assert iou(subject.mask, truth.astype(np.float32)) >= 0.95


def test_the_eye_of_a_handle_is_open():
    picture, truth = product_photo("mug", (250, 250, 250), (190, 60, 50))
    mask = before_backdrop(Scene.of(picture))
    assert mask is not None
    eye = (240, 387)
    assert not truth[eye]
    assert not mask[int(eye[0] * 0.6), int(eye[1] * 0.6)]


@pytest.mark.parametrize(
    "picture",
    [data.astronaut(), data.chelsea(), data.rocket(), data.grass()],
    ids=["astronaut", "chelsea", "rocket", "grass"],
)
def test_no_plain_backdrop_no_answer(picture):
    rgb = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    assert before_backdrop(Scene.of(rgb)) is None


def test_an_empty_backdrop_holds_nothing():
    assert before_backdrop(Scene.of(np.full((200, 300, 3), 230, np.uint8))) is None
