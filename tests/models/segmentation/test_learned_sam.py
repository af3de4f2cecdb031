"""SAM 2 and SAM 3 from their folders: the same masks as transformers' own path, right places, one encoding."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import Sam2Model, Sam2Processor, Sam3Model, Sam3Processor, Sam3TrackerVideoModel, Sam3VideoModel

from models.errors import BadInputError, CancelledError
from models.geometry import Bounds, Extent, Point
from models.progress import Progress
from models.segmentation.learned.concepts import Sam3
from models.segmentation.learned.everything import GridSettings, SamProposer, grid
from models.segmentation.learned.sam import Sam2, Sam3Clicks
from models.segmentation.learned.suppression import distinct
from tests.models.segmentation.tiny_segmenters import SIDE, tiny_sam2, tiny_sam2_video, tiny_sam3

WIDE = np.random.default_rng(0).integers(0, 256, (80, 200, 3), dtype=np.uint8)
LOOSE = GridSettings(per_side=6, batch=8, trust=0.0, stability=0.3, offset=1e-6, whole=1.0, smallest=4, overlap=0.9)


@pytest.fixture(scope="module")
def sam2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sam2(tmp_path_factory.mktemp("sam2"))


@pytest.fixture(scope="module")
def sam3_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sam3(tmp_path_factory.mktemp("sam3"), video=True)


@contextmanager
def counted(module: torch.nn.Module) -> Iterator[list[Any]]:
    """What the module is called with, call by call."""
    calls: list[Any] = []
    hook = module.register_forward_pre_hook(lambda _, args, kwargs: calls.append((args, kwargs)), with_kwargs=True)
    try:
        yield calls
    finally:
        hook.remove()


def library_masks(folder: Path, rgb: np.ndarray, several: bool, **prompt: Any) -> tuple[np.ndarray, np.ndarray]:
    """transformers' documented path: processor, model, post-processing. Masks bool and scores, best first."""
    model, processor = Sam2Model.from_pretrained(folder).eval(), Sam2Processor.from_pretrained(folder)
    inputs = processor(images=rgb, return_tensors="pt", **prompt)
    with torch.inference_mode():
        outputs = model(**inputs, multimask_output=several)
    masks = processor.post_process_masks(outputs.pred_masks, inputs["original_sizes"])[0][0].numpy()
    scores = outputs.iou_scores[0, 0].numpy()
    order = np.argsort(-scores, kind="stable")
    return masks[order], scores[order]


PROMPTS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    (
        {"positive": [Point(150, 40)]},
        {"input_points": [[[[150, 40]]]], "input_labels": [[[1]]]},
        True,
    ),
    (
        {"positive": [Point(150, 40), Point(160, 50)], "negative": [Point(10, 70)]},
        {"input_points": [[[[150, 40], [160, 50], [10, 70]]]], "input_labels": [[[1, 1, 0]]]},
        False,
    ),
    (
        {"box": Bounds(100, 10, 190, 70)},
        {"input_boxes": [[[100, 10, 190, 70]]]},
        False,
    ),
    (
        {"positive": [Point(150, 40)], "box": Bounds(100, 10, 190, 70)},
        {"input_points": [[[[150, 40]]]], "input_labels": [[[1]]], "input_boxes": [[[100, 10, 190, 70]]]},
        False,
    ),
]


@pytest.mark.parametrize(("ours", "theirs", "several"), PROMPTS)
def test_masks_are_those_of_the_library(
    sam2_folder: Path, ours: dict[str, Any], theirs: dict[str, Any], several: bool
) -> None:
    sam = Sam2(sam2_folder)
    sam.set_image(WIDE)
    answers = sam.segment(**ours)
    masks, scores = library_masks(sam2_folder, WIDE, several, **theirs)
    filled = [index for index in range(len(masks)) if masks[index].any()]
    assert len(answers) == len(filled) > 0
    for (mask, score), index in zip(answers, filled, strict=True):
        assert mask.shape == (80, 200)
        assert mask.dtype == np.float32
        assert score == pytest.approx(float(scores[index]), abs=1e-5)
        assert np.mean((mask > 0.5) == masks[index]) > 0.9999  # a pixel on the contour may round either way


def test_prompts_do_not_encode_the_picture_again(sam2_folder: Path) -> None:
    sam = Sam2(sam2_folder)
    with counted(sam._model.vision_encoder) as encoded, counted(sam._model.mask_decoder) as decoded:
        sam.set_image(WIDE)
        for x in (10, 100, 190):
            sam.segment([Point(x, 40)])
        sam.set_image(WIDE.copy())
        SamProposer(sam, LOOSE).propose(WIDE)
        assert len(encoded) == 1
        assert len(decoded) == 3 + -(-36 // 8)
        sam.set_image(WIDE[::-1])
        assert len(encoded) == 2


def test_the_same_prompt_gives_the_same_mask(sam2_folder: Path) -> None:
    sam = Sam2(sam2_folder)
    sam.set_image(WIDE)
    first = sam.segment([Point(30, 30)])
    sam.segment(box=Bounds(0, 0, 50, 50))
    again = sam.segment([Point(30, 30)])
    assert all(np.array_equal(a, b) and x == y for (a, x), (b, y) in zip(first, again, strict=True))


def test_soft_edges_ramp_over_a_pixel_along_the_same_contour(sam2_folder: Path) -> None:
    hard, soft = Sam2(sam2_folder), Sam2(sam2_folder, soft_edges=True)
    hard.set_image(WIDE)
    soft.set_image(WIDE)
    (sharp, _), (smooth, _) = hard.segment([Point(30, 30)])[0], soft.segment([Point(30, 30)])[0]
    assert smooth.dtype == np.float32
    assert smooth.min() >= 0
    assert smooth.max() <= 1
    between = (smooth > 0) & (smooth < 1)
    assert 0 < between.sum() < 0.5 * smooth.size
    assert np.array_equal(smooth > 0.5, sharp > 0.5)


def test_points_outside_count_as_on_the_edge(sam2_folder: Path) -> None:
    sam = Sam2(sam2_folder)
    sam.set_image(WIDE)
    outside, edge = sam.segment([Point(500, -7)]), sam.segment([Point(199, 0)])
    assert np.array_equal(outside[0][0], edge[0][0])


def test_prompts_that_mean_nothing(sam2_folder: Path) -> None:
    sam = Sam2(sam2_folder)
    with pytest.raises(ValueError, match="set_image"):
        sam.segment([Point(1, 1)])
    sam.set_image(WIDE)
    with pytest.raises(BadInputError, match="Click"):
        sam.segment(negative=[Point(1, 1)])
    with pytest.raises(BadInputError, match="outside"):
        sam.segment(box=Bounds(300, 0, 320, 20))
    with pytest.raises(BadInputError, match="8-bit"):
        sam.set_image(WIDE.astype(np.uint16))
    with pytest.raises(BadInputError, match="8-bit"):
        sam.set_image(WIDE[..., 0])


def test_the_published_video_folder_is_read(tmp_path: Path) -> None:
    sam = Sam2(tiny_sam2_video(tmp_path))
    sam.set_image(WIDE)
    masks, scores = library_masks(
        tmp_path, WIDE, True, input_points=PROMPTS[0][1]["input_points"], input_labels=[[[1]]]
    )
    (mask, score), *_ = sam.segment([Point(150, 40)])
    assert score == pytest.approx(float(scores[0]), abs=1e-5)
    assert np.mean((mask > 0.5) == masks[0]) > 0.9999


def test_grid_is_the_papers() -> None:
    points = grid(2, Extent(200, 80))
    assert points.tolist() == [[50, 20], [150, 20], [50, 60], [150, 60]]


def test_the_grid_reaches_the_model_in_its_own_pixels(sam2_folder: Path) -> None:
    sam = Sam2(sam2_folder)
    with counted(sam._model.prompt_encoder) as calls:
        SamProposer(sam, GridSettings(per_side=2, batch=64)).propose(WIDE)
    points = calls[0][1]["input_points"]
    quarter = SIDE / 4
    expected = [[quarter, quarter], [3 * quarter, quarter], [quarter, 3 * quarter], [3 * quarter, 3 * quarter]]
    assert points.shape == (1, 4, 1, 2)
    assert np.allclose(points[0, :, 0].numpy(), expected)


def test_proposals_keep_their_contract(sam2_folder: Path) -> None:
    found = SamProposer(Sam2(sam2_folder), LOOSE).propose(WIDE)
    assert len(found) > 0
    assert found.extent == found.working == Extent(200, 80)
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    for item in found:
        assert item.inside.dtype == bool
        assert item.inside.shape == (item.box.height, item.box.width)
        assert item.box.clipped(found.extent) == item.box
        assert item.area >= LOOSE.smallest
        assert item.inside.any(axis=0)[[0, -1]].all()
        assert item.inside.any(axis=1)[[0, -1]].all()


def test_large_pictures_are_proposed_at_the_working_size(sam2_folder: Path) -> None:
    large = np.tile(WIDE, (20, 10, 1))
    found = SamProposer(Sam2(sam2_folder), GridSettings(per_side=3, trust=0.0, stability=0.3, working=500)).propose(
        large
    )
    assert found.extent == Extent(2000, 1600)
    assert found.working == Extent(500, 400)


def test_cancelling_stops_the_grid(sam2_folder: Path) -> None:
    sam = Sam2(sam2_folder)
    reports: list[float] = []

    def stop() -> bool:
        return len(reports) >= 3

    with counted(sam._model.mask_decoder) as decoded, pytest.raises(CancelledError):
        SamProposer(sam, LOOSE).propose(WIDE, Progress(lambda fraction, _: reports.append(fraction), stop))
    assert len(decoded) == 2
    assert reports == sorted(reports)


def test_settings_are_examined() -> None:
    with pytest.raises(BadInputError):
        GridSettings(per_side=0)


def test_of_repeated_masks_the_best_stays() -> None:
    y, x = np.mgrid[:60, :60]
    away = np.hypot(x - 30, y - 30)
    disc, ring, smaller = away < 20, (away < 20) & (away > 15), away < 19
    other = np.hypot(x - 52, y - 52) < 6
    masks = np.stack([smaller, disc, ring, other, np.zeros_like(disc)])
    assert distinct(masks, np.array([0.8, 0.9, 0.7, 0.7, 1.0]), 0.7, 10) == [1, 2, 3]
    assert distinct(masks, np.array([0.8, 0.9, 0.7, 0.7, 1.0]), 0.7, 1) == [1]
    assert distinct(masks[:0], np.zeros(0), 0.7, 5) == []


def test_sam3_clicks_come_from_the_published_folder(sam3_folder: Path) -> None:
    whole = Sam3VideoModel.from_pretrained(sam3_folder).eval()
    tracker = whole.tracker_model
    assert isinstance(tracker, Sam3TrackerVideoModel)
    sam = Sam3Clicks(sam3_folder)
    for name in ("mask_decoder", "prompt_encoder"):
        published, read = getattr(tracker, name).state_dict(), getattr(sam._model, name).state_dict()
        assert published.keys() == read.keys()
        assert all(torch.equal(published[key], read[key]) for key in read)
    neck = sam._model.vision_encoder.neck.state_dict()
    assert all(torch.equal(value, neck[key]) for key, value in whole.tracker_neck.state_dict().items())
    sam.set_image(WIDE)
    answers = sam.segment([Point(150, 40)])
    assert answers
    assert all(mask.shape == (80, 200) for mask, _ in answers)


@pytest.mark.parametrize("video", [True, False])
def test_sam3_finds_what_the_library_finds(tmp_path: Path, video: bool) -> None:
    folder = tiny_sam3(tmp_path, video=video)
    # at the size of the model's own masks nothing is interpolated, and the library's thresholding of interpolated
    # probabilities is that of logits
    rgb = WIDE[:32, :32]
    model, processor = Sam3Model.from_pretrained(folder).eval(), Sam3Processor.from_pretrained(folder)
    inputs = processor(images=rgb, text="the dog", return_tensors="pt")
    with torch.inference_mode():
        outputs = model(**inputs)
    expected = processor.post_process_instance_segmentation(outputs, threshold=0.1, target_sizes=[(32, 32)])[0]
    order = np.argsort(-expected["scores"].numpy(), kind="stable")
    sam = Sam3(folder, threshold=0.1, overlap=1.0)
    sam.set_image(rgb)
    found = sam.find("the dog")
    masks = expected["masks"].numpy()[order].astype(bool)
    filled = [index for index in range(len(masks)) if masks[index].any()]
    assert len(found) == len(filled) > 1
    for index, at in enumerate(filled):
        assert found[index].score == pytest.approx(float(expected["scores"][order[at]]), abs=1e-5)
        assert np.mean(found.mask(index) == masks[at]) > 0.997  # a logit of almost nothing is a probability of a half


def test_sam3_encodes_once_and_finds_nothing_above_its_threshold(sam3_folder: Path) -> None:
    sam = Sam3(sam3_folder, threshold=0.999)
    with pytest.raises(ValueError, match="set_image"):
        sam.find("the dog")
    with counted(sam._model.vision_encoder) as encoded:
        sam.set_image(WIDE)
        sam.set_image(WIDE)
        assert len(sam.find("the dog")) == 0
        assert len(sam.find("a cat " * 60)) == 0  # longer than what the model can read
        assert len(encoded) == 1
    with pytest.raises(BadInputError, match="empty"):
        sam.find("  ")


def test_sam3_proposals_are_of_the_picture_size(sam3_folder: Path) -> None:
    sam = Sam3(sam3_folder, threshold=0.1)
    sam.set_image(WIDE)
    found = sam.find("the dog")
    assert len(found) > 0
    assert found.extent == found.working == Extent(200, 80)


@pytest.mark.slow
def test_a_taught_sam_cuts_out_the_discs_of_a_wide_picture(tmp_path: Path) -> None:
    from models.mask import iou
    from tests.models.segmentation.trained_segmenters import things, trained_sam2

    sam = Sam2(tiny_sam2(tmp_path, trained_sam2()))
    rgb, shown = things(120, 300, [(60, 50, 25), (220, 70, 30)], ("red", "blue"))
    sam.set_image(rgb)
    for place, disc in ((Point(62, 45), shown[0]), (Point(225, 75), shown[1])):
        assert max(iou(mask, disc.astype(np.float32)) for mask, _ in sam.segment([place])) > 0.85
    found = SamProposer(sam, GridSettings(per_side=8, trust=0.2, stability=0.8)).propose(rgb)
    for disc in shown:
        best = max(iou(found.mask(at).astype(np.float32), disc.astype(np.float32)) for at in range(len(found)))
        assert best > 0.85
