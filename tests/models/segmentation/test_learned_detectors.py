"""Grounding DINO and OWLv2 from their folders: the library's boxes, in pixels of the picture, whatever its shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    GroundingDinoForObjectDetection,
    GroundingDinoProcessor,
    Owlv2ForObjectDetection,
    Owlv2Processor,
)

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.segmentation.learned.detectors import GroundingDino, Owlv2, caption, without_article
from models.segmentation.stages import Detection
from tests.models.segmentation.tiny_clip import tiny_tokenizer
from tests.models.segmentation.tiny_segmenters import WORDS, tiny_grounding_dino, tiny_owlv2

WIDE = np.random.default_rng(0).integers(0, 256, (80, 180, 3), dtype=np.uint8)
TALL = np.ascontiguousarray(WIDE.transpose(1, 0, 2))


@pytest.fixture(scope="module")
def dino_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_grounding_dino(tmp_path_factory.mktemp("dino"))


@pytest.fixture(scope="module")
def owl_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_owlv2(tmp_path_factory.mktemp("owl"))


def library_dino(folder: Path, rgb: np.ndarray, text: str, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    model, processor = (
        GroundingDinoForObjectDetection.from_pretrained(folder).eval(),
        GroundingDinoProcessor.from_pretrained(folder),
    )
    inputs = processor(images=rgb, text=text, return_tensors="pt")
    with torch.inference_mode():
        outputs = model(**inputs)
    found = processor.post_process_grounded_object_detection(
        outputs, inputs["input_ids"], threshold=threshold, target_sizes=[rgb.shape[:2]]
    )[0]
    return found["boxes"].numpy(), found["scores"].numpy()


def library_owl(folder: Path, rgb: np.ndarray, text: str, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    model, processor = Owlv2ForObjectDetection.from_pretrained(folder).eval(), Owlv2Processor.from_pretrained(folder)
    inputs = processor(text=[[text]], images=rgb, return_tensors="pt")
    with torch.inference_mode():
        outputs = model(**inputs)
    found = processor.image_processor.post_process_object_detection(
        outputs, threshold=threshold, target_sizes=[rgb.shape[:2]]
    )[0]
    return found["boxes"].numpy(), found["scores"].numpy()


def same(found: list[Detection], boxes: np.ndarray, scores: np.ndarray, extent: Extent) -> None:
    """Ours are the library's, best first, clipped to the picture and widened to whole pixels; at least two."""
    inside = np.clip(boxes, 0, [*extent, *extent])
    real = (inside[:, 2:] > inside[:, :2]).all(axis=1)
    inside, scores = inside[real], scores[real]
    assert len(found) == len(scores) > 1
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    ours = sorted((one.score, *one.box) for one in found)
    theirs = sorted((float(s), *np.floor(b[:2]), *np.ceil(b[2:])) for b, s in zip(inside, scores, strict=True))
    assert np.allclose([row[0] for row in ours], [row[0] for row in theirs], atol=1e-5)
    exact = sorted((float(s), *b) for b, s in zip(inside, scores, strict=True))
    # to the pixel, but for corners that lie on one within the rounding of floats
    away = np.array([row[1:] for row in ours]) - np.array([row[1:] for row in exact])
    assert (away[:, :2] <= 0.01).all()
    assert (away[:, :2] > -1.01).all()
    assert (away[:, 2:] >= -0.01).all()
    assert (away[:, 2:] < 1.01).all()


@pytest.mark.parametrize("rgb", [WIDE, TALL], ids=["wide", "tall"])
def test_grounding_dino_gives_the_librarys_boxes(dino_folder: Path, rgb: np.ndarray) -> None:
    found = GroundingDino(dino_folder, threshold=0.1, overlap=1.0).detect(rgb, " the  red Mug ")
    same(found, *library_dino(dino_folder, rgb, "the red mug.", 0.1), Extent.of(rgb))
    assert {one.phrase for one in found} == {"the red Mug"}


@pytest.mark.parametrize("rgb", [WIDE, TALL], ids=["wide", "tall"])
def test_owlv2_gives_the_librarys_boxes(spread_owl: Path, rgb: np.ndarray) -> None:
    found = Owlv2(spread_owl, threshold=0.01, overlap=1.0).detect(rgb, "the red mug")
    same(found, *library_owl(spread_owl, rgb, "a photo of a red mug", 0.01), Extent.of(rgb))


@pytest.fixture(scope="module")
def spread_owl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random, but with boxes of some size and scores around a half."""
    from tests.models.segmentation.tiny_segmenters import owlv2_config

    folder = tmp_path_factory.mktemp("spread")
    torch.manual_seed(7)
    model = Owlv2ForObjectDetection(owlv2_config(len(tiny_tokenizer(folder, WORDS))))
    for layer in (*model.box_head.modules(), *model.class_head.modules()):
        if isinstance(layer, torch.nn.Linear):
            torch.nn.init.normal_(layer.weight, std=0.05)
            torch.nn.init.zeros_(layer.bias)
    return tiny_owlv2(folder, model)


def test_an_untaught_owl_looks_at_its_own_patch(spread_owl: Path) -> None:
    """OWLv2's boxes start at the patch they come from: 8 × 8 of a square as long as the picture's longer side."""
    found = Owlv2(spread_owl, threshold=0.0, overlap=1.0).detect(WIDE, "mug")
    assert all(0 <= one.box.x0 < one.box.x1 <= 180 and 0 <= one.box.y0 < one.box.y1 <= 80 for one in found)
    assert len(found) < 64  # those of the padding below the picture are not things


def test_repeats_are_left_out(dino_folder: Path) -> None:
    every = GroundingDino(dino_folder, threshold=0.1, overlap=1.0).detect(WIDE, "mug")
    some = GroundingDino(dino_folder, threshold=0.1, overlap=0.05).detect(WIDE, "mug")
    assert 0 < len(some) < len(every)
    assert some[0] == every[0]
    assert all(one in every for one in some)
    assert GroundingDino(dino_folder, threshold=0.1, overlap=1.0, most=2).detect(WIDE, "mug") == every[:2]


def test_nothing_found_is_an_empty_list(dino_folder: Path, owl_folder: Path) -> None:
    assert GroundingDino(dino_folder, threshold=1.0).detect(WIDE, "mug") == []
    assert Owlv2(owl_folder, threshold=0.999999).detect(WIDE, "mug") == []


def test_long_phrases_are_cut_and_empty_ones_refused(dino_folder: Path, owl_folder: Path) -> None:
    long = "the red mug that stands on the table " * 20
    GroundingDino(dino_folder).detect(WIDE, long)
    Owlv2(owl_folder).detect(WIDE, long)
    for detector in (GroundingDino(dino_folder), Owlv2(owl_folder)):
        with pytest.raises(BadInputError, match="empty"):
            detector.detect(WIDE, " \n")
        with pytest.raises(BadInputError, match="8-bit"):
            detector.detect(WIDE / 255.0, "mug")


def test_detection_repeats_itself(spread_owl: Path, dino_folder: Path) -> None:
    for detector in (Owlv2(spread_owl, threshold=0.01), GroundingDino(dino_folder, threshold=0.1)):
        assert detector.detect(WIDE, "mug") == detector.detect(WIDE, "mug")


def test_large_pictures_are_shrunk_before_they_are_padded(spread_owl: Path) -> None:
    """The same picture twelve times as large gives boxes twelve times as large."""
    smooth = np.kron(WIDE[:40:4, :90:3], np.ones((40, 30, 1), np.uint8))  # 400 × 900
    large = np.kron(smooth, np.ones((4, 4, 1), np.uint8))
    detector = Owlv2(spread_owl, threshold=0.01)
    small_ones, large_ones = detector.detect(smooth, "mug"), detector.detect(large, "mug")
    assert len(small_ones) == len(large_ones) > 0
    for one, other in zip(small_ones, large_ones, strict=True):
        assert np.allclose(np.array(one.box) * 4, other.box, atol=8)


def test_phrases_are_put_as_the_models_were_trained() -> None:
    assert caption("The Red mug. ") == "the red mug."
    assert caption("a mug") == "a mug."
    assert without_article("The red mug") == "red mug"
    assert without_article("an") == "an"
    assert without_article("anvil top") == "anvil top"


@pytest.mark.slow
@pytest.mark.parametrize("transposed", [False, True], ids=["wide", "tall"])
def test_a_taught_owl_boxes_what_is_named(taught_owl: Path, transposed: bool) -> None:
    from tests.models.segmentation.trained_segmenters import things

    rgb, _ = things(120, 300, [(60, 50, 25), (220, 70, 30)], ("red", "blue"))
    expected = {"red": Bounds(35, 25, 86, 76), "the blue": Bounds(190, 40, 251, 101)}
    if transposed:
        rgb = np.ascontiguousarray(rgb.transpose(1, 0, 2))
        expected = {name: Bounds(box.y0, box.x0, box.y1, box.x1) for name, box in expected.items()}
    owl = Owlv2(taught_owl, threshold=0.3)
    for name, box in expected.items():
        assert max(one.box.intersection(box).area / one.box.union(box).area for one in owl.detect(rgb, name)) > 0.4
        centre = owl.detect(rgb, name)[0].box.center
        assert box.padded(10).x0 <= centre.x < box.padded(10).x1
        assert box.padded(10).y0 <= centre.y < box.padded(10).y1


@pytest.fixture(scope="module")
def taught_owl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.models.segmentation.trained_segmenters import trained_owlv2

    folder = tmp_path_factory.mktemp("taught")
    return tiny_owlv2(folder, trained_owlv2(tiny_tokenizer(folder, WORDS)))
