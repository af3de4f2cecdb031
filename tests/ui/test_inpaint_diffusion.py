"""`pentimento inpaint --engine diffusion:…` with a tiny model in the real layout."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from typer.testing import CliRunner, Result

from tests.models.inpainting.diffusion.tiny_pipelines import tiny_sd
from ui.cli import app


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a photo, a mask and a model."""
    folder = tmp_path_factory.mktemp("desk")
    cv2.imwrite(str(folder / "photo.png"), skimage.data.coffee()[100:260, 150:390, ::-1])
    mask = np.zeros((160, 240), np.uint8)
    mask[60:110, 90:150] = 255
    cv2.imwrite(str(folder / "mask.png"), mask)
    tiny_sd(folder / "model")
    return folder


def inpaint(desk: Path, out: Path, engine: str, *more: str) -> Result:
    arguments = [str(desk / "photo.png"), str(desk / "mask.png"), "-o", str(out), "--engine", engine, *more]
    return CliRunner().invoke(app, ["inpaint", *arguments])


def test_a_model_by_its_path_paints_inside_the_mask_and_repeats_itself(desk: Path, tmp_path: Path) -> None:
    results = []
    for name, prompt in (("a", "a teapot"), ("b", "a teapot"), ("c", "a tree")):
        done = inpaint(desk, tmp_path / f"{name}.png", f"diffusion:{desk / 'model'}", "--prompt", prompt)
        assert done.exit_code == 0, done.output
        assert "diffusion:" in done.output
        results.append(np.asarray(cv2.imread(str(tmp_path / f"{name}.png"))))
    before = np.asarray(cv2.imread(str(desk / "photo.png")))
    outside = np.asarray(cv2.imread(str(desk / "mask.png"), cv2.IMREAD_GRAYSCALE)) == 0
    assert all(np.array_equal(one[outside], before[outside]) for one in results)
    assert (results[0] != before)[~outside].mean() > 0.5
    assert np.array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2]), "the words matter"


def test_what_is_not_here_is_said_in_a_sentence(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    for engine, told in (("diffusion:fast", "download"), ("diffusion:magic", "fast, balanced")):
        done = inpaint(desk, tmp_path / "x.png", engine)
        assert done.exit_code != 0
        assert told in " ".join(done.output.split())
        assert "Traceback" not in done.output
        assert not (tmp_path / "x.png").exists()
