"""CLIP over proposals: the crops, the formula, the cost of further phrases."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoProcessor, CLIPModel

from models.errors import BadInputError, CancelledError, UnavailableError
from models.geometry import Bounds, Extent
from models.progress import Progress
from models.segmentation.clip_ranker import ClipRanker
from models.segmentation.crops import CropCutter, View
from models.segmentation.proposals import Proposal, Proposals
from tests.models.scenes import drawn_scene
from tests.models.segmentation.tiny_clip import tiny_clip

TEXTS = ["a photo of the dog", "the sky", "žluťoučký kůň"]


def proposals_of(labels: np.ndarray, working: Extent | None = None) -> Proposals:
    """The numbered things of a label picture as proposals, computed at `working` size."""
    extent = Extent.of(labels)
    working = working or extent
    small = cv2.resize(labels, tuple(working), interpolation=cv2.INTER_NEAREST)
    items = []
    for number in range(1, int(labels.max()) + 1):
        x, y, width, height = cv2.boundingRect((small == number).astype(np.uint8))
        box = Bounds(x, y, x + width, y + height)
        items.append(Proposal(box, small[box.slices] == number, 0.9))
    return Proposals(extent, working, tuple(items))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, Proposals]:
    rgb, labels = drawn_scene()
    return rgb, proposals_of(labels)


def test_parity_with_the_formula_on_ultralytics_crops(folder: Path, scene: tuple[np.ndarray, Proposals]) -> None:
    rgb, proposals = scene
    crops = [Image.fromarray(np.ascontiguousarray(rgb[item.box.slices] * item.inside[..., None])) for item in proposals]
    model, processor = CLIPModel.from_pretrained(folder).eval(), AutoProcessor.from_pretrained(folder)
    with torch.inference_mode():
        inputs = processor(text=TEXTS, images=crops, return_tensors="pt", padding=True)
        expected = model(**inputs).logits_per_text / model.logit_scale.exp()
    ranker = ClipRanker(folder)
    ranker.restore(ranker.embed_crops(inputs["pixel_values"]).numpy())
    assert np.abs(ranker.similarity(TEXTS) - expected.numpy()).max() < 1e-4


def test_set_image_gives_unit_vectors_and_cosines(folder: Path, scene: tuple[np.ndarray, Proposals]) -> None:
    ranker = ClipRanker(folder)
    ranker.set_image(*scene)
    similar = ranker.similarity(TEXTS)
    assert similar.shape == (3, 3)
    assert similar.dtype == np.float32
    assert np.abs(similar).max() <= 1.0
    assert np.allclose(np.linalg.norm(ranker.encode(*scene), axis=1), 1, atol=1e-5)
    assert np.std(ranker.encode(*scene), axis=0).max() > 1e-3  # the things are not all alike


def test_batches_do_not_change_the_answer(
    folder: Path, scene: tuple[np.ndarray, Proposals], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ClipRanker(folder).encode(*scene)
    monkeypatch.setattr("models.segmentation.clip_ranker._CPU_BATCH", 2)
    assert np.allclose(ClipRanker(folder).encode(*scene), whole, atol=1e-5)


def test_texts_are_encoded_once(folder: Path, scene: tuple[np.ndarray, Proposals], monkeypatch: pytest.MonkeyPatch):
    ranker = ClipRanker(folder)
    ranker.set_image(*scene)
    first = ranker.similarity(TEXTS)
    monkeypatch.setattr(ranker, "_encoded_texts", lambda texts: pytest.fail("a known text was encoded again"))
    assert np.array_equal(ranker.similarity(TEXTS[::-1]), first[::-1])


def test_remembered_texts_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.segmentation.clip_ranker._MOST_TEXTS", 2)
    ranker = ClipRanker(folder)
    vectors = ranker.embed_texts(["a dog", "a cat", "the sky"])
    assert list(ranker._texts) == ["a cat", "the sky"]
    assert np.allclose(ranker.embed_texts(["a dog"])[0], vectors[0], atol=1e-6)


def test_nothing_proposed_is_no_column(folder: Path) -> None:
    ranker = ClipRanker(folder)
    ranker.set_image(np.zeros((20, 30, 3), np.uint8), Proposals(Extent(30, 20), Extent(30, 20)))
    assert ranker.similarity(["a dog"]).shape == (1, 0)


def test_a_folder_without_a_model_is_unavailable(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="download"):
        ClipRanker(tmp_path)
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in folder.iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    (broken / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(UnavailableError, match="download it again"):
        ClipRanker(broken)
    weights = load_file(folder / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, broken / "model.safetensors", {"format": "pt"})
    with pytest.raises(UnavailableError, match="download it again"):
        ClipRanker(broken)


def test_encoding_can_be_cancelled(folder: Path, scene: tuple[np.ndarray, Proposals]) -> None:
    with pytest.raises(CancelledError):
        ClipRanker(folder).encode(*scene, Progress(is_cancelled=lambda: True))


def test_identity_follows_weights_and_views(folder: Path, tmp_path: Path) -> None:
    ranker = ClipRanker(folder)
    assert ranker.identity() == ClipRanker(folder).identity()
    assert ranker.identity() != ClipRanker(folder, views=(View.MASKED,)).identity()
    other = tiny_clip(tmp_path / "other", dim=16)
    assert ranker.identity() != ClipRanker(other).identity()


def test_half_precision_is_near(folder: Path, scene: tuple[np.ndarray, Proposals]) -> None:
    exact, half = ClipRanker(folder), ClipRanker(folder, half=True)
    exact.set_image(*scene)
    half.set_image(*scene)
    assert np.abs(exact.similarity(TEXTS) - half.similarity(TEXTS)).max() < 0.02
    assert half.encode(*scene).dtype == np.float32


def test_texts_can_be_learned_from_an_earlier_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = ClipRanker(folder).embed_texts(TEXTS)
    later = ClipRanker(folder)
    later.learn_texts(TEXTS, vectors)
    monkeypatch.setattr(later, "_encoded_texts", lambda texts: pytest.fail("a known text was encoded again"))
    assert np.array_equal(later.embed_texts(TEXTS), vectors)
    with pytest.raises(BadInputError):
        later.learn_texts(TEXTS, vectors[:, 1:])


def cutter(rgb: np.ndarray, side: int = 64) -> CropCutter:
    return CropCutter(rgb, side, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), torch.device("cpu"))


def one(box: Bounds, inside: np.ndarray, extent: Extent, working: Extent | None = None) -> Proposals:
    return Proposals(extent, working or extent, (Proposal(box, inside, 1.0),))


def test_a_large_thing_does_not_alias() -> None:
    """A checkerboard of single pixels is grey from afar; sampling without averaging gives black and white."""
    board = (np.indices((1600, 1600)).sum(axis=0) % 2 * 255).astype(np.uint8)
    rgb = np.repeat(board[..., None], 3, axis=2)
    whole = one(Bounds(0, 0, 1600, 1600), np.ones((1600, 1600), bool), Extent(1600, 1600))
    crop = next(cutter(rgb).crops(whole, View.MASKED, 8))
    assert float(crop.abs().max()) < 0.05


@pytest.mark.parametrize("longest", [48, 200, 900])
def test_the_masked_crop_is_what_a_careful_resize_gives(longest: int) -> None:
    rgb, labels = drawn_scene(longest / 105)
    proposals = proposals_of(labels)
    crop = next(cutter(rgb).crops(proposals, View.MASKED, 8))[2].permute(1, 2, 0).numpy()
    item = proposals[2]
    height, width = item.inside.shape
    side = max(height, width)
    square = np.zeros((side, side, 3), np.float32)
    left, top = (side - width) // 2, (side - height) // 2
    values = (rgb[item.box.slices].astype(np.float32) / 255 - 0.5) / 0.5
    square[top : top + height, left : left + width] = values * item.inside[..., None]
    method = cv2.INTER_AREA if side > 64 else cv2.INTER_LINEAR
    expected = cv2.resize(square, (64, 64), interpolation=method)
    assert np.abs(crop - expected).mean() < 0.03
    assert (np.abs(crop[:, 0]).max(), np.abs(crop[:, -1]).max()) == (0, 0)  # padded with the mean colour


def test_the_context_crop_keeps_the_thing_sharp_and_blurs_the_rest() -> None:
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (400, 400, 3), dtype=np.uint8)
    middle = one(Bounds(150, 150, 250, 250), np.ones((100, 100), bool), Extent(400, 400))
    crop = next(cutter(rgb, 224).crops(middle, View.CONTEXT, 8))[0].numpy()
    assert crop[:, 60:160, 60:160].std() > 5 * crop[:, :24, :24].std()
    assert crop[:, :24, :24].std() > 0


def test_a_mask_found_on_a_smaller_picture_is_cut_from_the_full_one() -> None:
    rgb, labels = drawn_scene(2.0)
    full = next(cutter(rgb).crops(proposals_of(labels), View.MASKED, 8))
    small = next(cutter(rgb).crops(proposals_of(labels, Extent(420, 300)), View.MASKED, 8))
    assert float((full - small).abs().mean()) < 0.03


def test_context_at_the_border_stays_in_the_picture() -> None:
    rgb = np.full((100, 200, 3), 255, np.uint8)
    corner = one(Bounds(0, 0, 20, 20), np.ones((20, 20), bool), Extent(200, 100))
    crop = next(cutter(rgb).crops(corner, View.CONTEXT, 8))
    assert float(crop.min()) > 0.95  # white everywhere, no frame of the mean colour
