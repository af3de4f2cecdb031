"""CLIP decides what fits: with a tiny one that was trained on drawn scenes, and with whatever is on this machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import BadInputError, UnavailableError
from models.prompting.choose import CONCEPTS, Suggesters
from models.prompting.diffusion import checkpoint
from models.prompting.diffusion.checkpoint import Trained, weights_identity
from models.prompting.diffusion.network import ConceptNetwork, NetworkShape
from models.prompting.in_context import ContextSuggester
from models.prompting.rough import RoughSuggester
from models.prompting.window import window_around
from models.segmentation.clip_ranker import ClipRanker
from models.weights.store import Store
from tests.models.prompting.drawn import ellipse, meadow, sea
from tests.models.segmentation.tiny_clip import tiny_clip


class Knowing:
    """What `ContextSuggester` needs of CLIP, with texts of our choice: sees nothing but how blue a picture is."""

    side, logit_scale = 32, 100.0

    def __init__(self, *blue: str) -> None:
        self._blue = blue

    def normalised(self, squares: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(squares).permute(0, 3, 1, 2).float() / 255 - 0.5

    def embed_crops(self, pixels: torch.Tensor) -> torch.Tensor:
        mean = pixels.mean(dim=(2, 3))
        blue = mean[:, 2] - mean[:, 1]
        return torch.stack([torch.sin(blue), torch.cos(blue)], dim=1)

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        angle = np.array([0.5 if any(word in text for word in self._blue) else -0.5 for text in texts])
        return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


def test_what_clip_sees_moves_the_order() -> None:
    mask = ellipse(0.45, 0.66, 0.25, 0.1)
    swayed = ContextSuggester(Knowing("a whale", "an island")).suggest(sea(), mask, 2)
    assert {"whale", "island"} == {one.thing.split()[-1] for one in swayed}
    assert all("fits what is around" in one.why for one in swayed)
    assert not {"whale", "island"} & {one.thing.split()[-1] for one in RoughSuggester().suggest(sea(), mask, 2)}


def test_a_real_clip_gives_the_same_twice_and_does_not_see_the_place(tmp_path: Path) -> None:
    suggester = ContextSuggester(ClipRanker(tiny_clip(tmp_path / "clip")))
    mask = ellipse(0.5, 0.6, 0.2, 0.3)
    painted = np.where(mask[..., None] > 0, np.uint8(255), meadow())
    first = suggester.suggest(meadow(), mask, 4)
    assert len(first) == 4
    assert first == suggester.suggest(meadow(), mask, 4)
    assert [one.thing for one in first] == [one.thing for one in suggester.suggest(painted, mask, 4)]
    with pytest.raises(BadInputError):
        suggester.suggest(meadow(), 0 * mask)


def test_the_window_shows_the_scene_and_blots_the_place() -> None:
    mask = ellipse(0.1, 0.9, 0.05, 0.05)
    window = window_around(meadow(), mask, 64)
    assert window.bounds.width >= 0.7 * 320
    assert window.bounds.x0 >= 0
    assert window.bounds.y1 <= 320
    assert 0 < window.place.mean() < 0.1
    everything = window_around(meadow(), np.ones((320, 480), np.float32), 64)
    assert np.ptp(everything.square) == 0, "nothing is known around it"


def test_the_best_that_is_here_is_chosen(tmp_path: Path) -> None:
    store = Store(tmp_path / "models")
    makers = Suggesters(store)
    assert makers.is_quick
    assert makers().name == "rough"
    assert "rough" in makers.reason
    store.use_folder("clip-vit-b32", tiny_clip(tmp_path / "clip"))
    assert not makers.is_quick
    first = makers()
    assert first.name == "clip"
    assert makers() is first, "loaded once"
    assert list((store.root / ".texts").iterdir()), "texts are encoded once for this machine"
    network = ConceptNetwork(NetworkShape(32, 16, heads=2, head=8, layers=1))
    clip = ClipRanker(tmp_path / "clip")
    network.standardise_by(torch.from_numpy(clip.embed_texts(["a dog", "a cat"])))
    trained = Trained(network, weights_identity(clip.identity()), ("a dog", "a cat"), "{}", 0, 0)
    checkpoint.write(trained, store.root / CONCEPTS)
    assert makers().name == "concepts"
    assert CONCEPTS in makers.reason


def test_what_cannot_be_loaded_is_left_out_unless_it_was_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path / "models")
    folder = tiny_clip(tmp_path / "clip")
    store.use_folder("clip-vit-b32", folder)
    (store.root / CONCEPTS).write_bytes(b"no weights")
    makers = Suggesters(store)
    assert makers().name == "clip"
    assert "damaged" in makers.reason
    with pytest.raises(BadInputError, match="damaged"):
        Suggesters(store, store.root / CONCEPTS)()
    with pytest.raises(UnavailableError, match="train concepts"):
        Suggesters(store, tmp_path / "none.safetensors")()
