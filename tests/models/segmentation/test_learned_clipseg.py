"""CLIPSeg from its folder: the library's heat on squares, undistorted on everything else; and heat over proposals."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from transformers import CLIPSegForImageSegmentation, CLIPSegProcessor

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.segmentation.learned.clipseg import ClipSeg, fitted
from models.segmentation.learned.heat_pooling import pooled_heat
from models.segmentation.proposals import Proposal, Proposals
from tests.models.segmentation.test_learned_sam import counted
from tests.models.segmentation.tiny_clip import tiny_tokenizer
from tests.models.segmentation.tiny_segmenters import WORDS, tiny_clipseg

NOISE = np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clipseg(tmp_path_factory.mktemp("clipseg"))


def library_logits(folder: Path, rgb: np.ndarray, texts: list[str]) -> torch.Tensor:
    """transformers' documented path, which squashes what is no square: texts × 64 × 64."""
    model, processor = (
        CLIPSegForImageSegmentation.from_pretrained(folder).eval(),
        CLIPSegProcessor.from_pretrained(folder),
    )
    inputs = processor(text=texts, images=[rgb] * len(texts), padding=True, return_tensors="pt")
    with torch.inference_mode():
        return model(**inputs).logits


def test_heat_of_a_square_is_the_librarys(folder: Path) -> None:
    texts = ["red mug", "the photo of a blue", "mug"] * 4
    heat = ClipSeg(folder).heat(NOISE, texts)
    assert heat.shape == (12, 150, 150)
    assert heat.dtype == np.float32
    assert heat.min() >= 0
    assert heat.max() <= 1
    logits = library_logits(folder, NOISE, texts)
    whole = torch.nn.functional.interpolate(logits[:, None], (150, 150), mode="bicubic", align_corners=False)[:, 0]
    assert np.abs(heat - whole.sigmoid().numpy()).max() < 1e-4


@pytest.mark.parametrize(("width", "height"), [(150, 60), (60, 150), (640, 20)])
def test_a_picture_is_fitted_not_squashed(folder: Path, width: int, height: int) -> None:
    """The heat is that of the square which the picture and the mean colour around it make."""
    rgb = np.resize(NOISE, (height, width, 3))
    mapper = ClipSeg(folder)
    content = fitted(Extent(width, height), 64)
    assert max(content) == 64
    assert abs(content.width * height - content.height * width) <= max(width, height)
    with counted(mapper._model.clip.vision_model) as calls:
        heat = mapper.heat(rgb, ["mug"])
    assert heat.shape == (1, height, width)
    pixels = calls[0][1]["pixel_values"][0].numpy()
    assert pixels.shape == (3, 64, 64)
    left, top = (64 - content.width) // 2, (64 - content.height) // 2
    inside = np.zeros((64, 64), bool)
    inside[top : top + content.height, left : left + content.width] = True
    assert np.all(pixels[:, ~inside] == 0)
    alone = CLIPSegProcessor.from_pretrained(folder).image_processor(
        images=rgb, size={"height": content.height, "width": content.width}, return_tensors="np"
    )["pixel_values"][0]
    assert np.array_equal(pixels[:, inside], alone.reshape(3, -1))


def test_further_words_do_not_encode_the_picture_again(folder: Path) -> None:
    mapper = ClipSeg(folder)
    with counted(mapper._model.clip.vision_model) as calls:
        first = mapper.heat(NOISE, ["mug"])
        both = mapper.heat(NOISE.copy(), ["red", "mug"])
        assert len(calls) == 1
        mapper.heat(NOISE[:, ::-1], ["mug"])
        assert len(calls) == 2
    assert np.abs(first[0] - both[1]).max() < 1e-5
    assert np.array_equal(mapper.heat(NOISE, ["mug"]), mapper.heat(NOISE, ["mug"]))


def test_words_that_are_none_or_too_many(folder: Path) -> None:
    mapper = ClipSeg(folder)
    assert mapper.heat(NOISE, []).shape == (0, 150, 150)
    assert mapper.heat(NOISE, ["the red mug " * 100]).shape == (1, 150, 150)
    with pytest.raises(BadInputError, match="empty"):
        mapper.heat(NOISE, ["mug", ""])
    with pytest.raises(BadInputError, match="8-bit"):
        mapper.heat(NOISE[..., :2], ["mug"])


@pytest.mark.slow
def test_a_taught_model_is_hot_where_the_disc_is(tmp_path: Path) -> None:
    from tests.models.segmentation.trained_segmenters import things, trained_clipseg

    mapper = ClipSeg(tiny_clipseg(tmp_path, trained_clipseg(tiny_tokenizer(tmp_path, WORDS))))
    wide, shown = things(120, 300, [(60, 50, 25), (220, 70, 30)], ("red", "blue"))
    for rgb, masks in ((wide, shown), (np.ascontiguousarray(wide.transpose(1, 0, 2)), shown.transpose(0, 2, 1))):
        heat = mapper.heat(rgb, ["red"])[0]
        assert masks[0][np.unravel_index(heat.argmax(), heat.shape)]
        assert heat[masks[0]].mean() > 3 * heat[~masks[0]].mean()
        extent = Extent.of(heat)
        items = []
        for mask in (*masks, ~masks.any(axis=0)):
            x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
            box = Bounds(x, y, x + width, y + height)
            items.append(Proposal(box, mask[box.slices], 0.9))
        assert pooled_heat(heat[None], Proposals(extent, extent, tuple(items)))[0].argmax() == 0


def scene() -> tuple[np.ndarray, Proposals]:
    """A hot square of 40 × 40 at (30, 20) in 120 × 80; proposals: it, its left half, twice as much, elsewhere, all."""
    heat = np.zeros((1, 80, 120), np.float32)
    heat[0, 20:60, 30:70] = 1
    boxes = [Bounds(30, 20, 70, 60), Bounds(30, 20, 50, 60), Bounds(10, 20, 90, 60), Bounds(90, 0, 120, 15)]
    items = [Proposal(box, np.ones((box.height, box.width), bool), 0.5) for box in [*boxes, Bounds(0, 0, 120, 80)]]
    return heat, Proposals(Extent(120, 80), Extent(120, 80), tuple(items))


def test_the_whole_hot_thing_ranks_above_parts_and_more() -> None:
    heat, proposals = scene()
    exact, part, more, elsewhere, everything = pooled_heat(heat, proposals)[0]
    assert exact == pytest.approx(1.0)
    assert exact > part > elsewhere
    assert exact > more > elsewhere
    assert elsewhere == pytest.approx(0.0)
    assert everything == pytest.approx(1600 / 9600)


def test_pooling_takes_heat_at_the_pictures_size() -> None:
    heat, proposals = scene()
    large = Proposals(Extent(360, 240), Extent(120, 80), proposals.items)
    assert np.allclose(pooled_heat(np.kron(heat, np.ones((1, 3, 3), np.float32)), large), pooled_heat(heat, proposals))
    two = pooled_heat(np.concatenate([heat, 1 - heat]), proposals)
    assert two.shape == (2, 5)
    assert two.dtype == np.float32
    assert two[1, 0] == pytest.approx(-1.0)
    assert pooled_heat(heat, Proposals(Extent(120, 80), Extent(120, 80))).shape == (1, 0)


def test_pooling_refuses_another_picture() -> None:
    heat, proposals = scene()
    with pytest.raises(BadInputError, match="different pictures"):
        pooled_heat(heat[:, :40], proposals)
