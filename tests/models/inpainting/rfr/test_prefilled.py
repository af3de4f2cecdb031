"""Networks whose tail sees a filling: the fast path, the file, and the engine around them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch

from models.errors import BadInputError
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.rfr.checkpoint import load_checkpoint, save_checkpoint
from models.inpainting.rfr.engine import RFR
from models.inpainting.rfr.fast import FastRFRNet
from models.inpainting.rfr.network import RFRNet
from models.inpainting.rfr.solving import Solver
from models.progress import SILENT
from models.training.initial import begin_smooth
from tests.models.inpainting.rfr.nets import picture, seasoned, strokes


def improver(width: int = 16) -> RFRNet:
    net = RFRNet(width, 5, recurrences=2, prefilled=True)
    begin_smooth(net, torch.Generator().manual_seed(0))
    with torch.no_grad():
        net.out.weight[0] += 0.001  # as if it had learned a little, of red
    return net.eval()


def test_the_fast_path_agrees_and_the_filling_counts() -> None:
    net = RFRNet(8, 7, recurrences=2, prefilled=True)
    net.load_state_dict(seasoned(8, 7).state_dict())
    image, known = picture(2, 64, 64), strokes(2, 64, 64)
    with torch.no_grad():
        plain = net.eval()(image, known)
        masked = net(image * known, known)
    assert (FastRFRNet(net)(image, known) - plain).abs().max() < 1e-4 * plain.abs().max()
    assert (plain - masked).abs().max() > 1e-3
    # an ordinary network sees nothing of it
    ordinary = seasoned(8, 7)
    with torch.no_grad():
        torch.testing.assert_close(ordinary(image, known), ordinary(image * known, known))


def test_nothing_is_rescaled_where_everything_is_known_to_the_tail() -> None:
    plan = improver().plan(strokes(1, 64, 64))
    assert plan.last.min() == 1
    torch.testing.assert_close(plan.tail_ratio, torch.ones_like(plan.tail_ratio))


def test_the_engine_fills_first_and_asks_the_network_then(tmp_path: Path) -> None:
    save_checkpoint(improver(), tmp_path / "over.safetensors", step=1, prefill=Method.TELEA, half=True)
    stored = load_checkpoint(tmp_path / "over.safetensors")
    assert (stored.prefill, stored.net.prefilled, stored.net.recurrences) == (Method.TELEA, True, 2)
    photo = np.ascontiguousarray(skimage.data.coffee()[100:200, 200:330])
    hole = np.zeros(photo.shape[:2], np.float32)
    hole[40:44, 10:120] = hole[60:90, 100:104] = 1
    damaged = np.where(hole[..., None] > 0, 0, photo).astype(np.uint8)
    filled = RFR(tmp_path / "over.safetensors", "cpu").fill(damaged, hole, seed=0, progress=SILENT)
    np.testing.assert_array_equal(filled[hole == 0], damaged[hole == 0])
    telea = Diffusive(Method.TELEA).fill(damaged, hole, seed=0, progress=SILENT)
    # all but untrained, it is what it was given, and a little more red
    np.testing.assert_array_equal(filled[..., 1:], telea[..., 1:])
    assert 0 < np.abs(filled.astype(int) - telea)[hole > 0, 0].mean() < 20
    deep = RFR(tmp_path / "over.safetensors", "cpu").fill(
        damaged.astype(np.uint16) * 257, hole, seed=0, progress=SILENT
    )
    assert np.abs(deep[hole > 0] / 257 - filled[hole > 0]).mean() < 1


def test_holes_beyond_its_width_are_filled_too(tmp_path: Path) -> None:
    save_checkpoint(improver(8), tmp_path / "over.safetensors", step=1, prefill=Method.TELEA, widest=16)
    photo = np.ascontiguousarray(skimage.data.chelsea()[:160, :160])
    hole = np.zeros((160, 160), np.float32)
    hole[50:110, 40:120] = 1
    filled = RFR(tmp_path / "over.safetensors", "cpu").fill(photo, hole, seed=0, progress=SILENT)
    np.testing.assert_array_equal(filled[hole == 0], photo[hole == 0])
    assert 20 < filled[hole > 0].mean() < 220


def test_a_prefill_that_is_not_here_and_a_missing_one_are_said(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    weights = {name: value.contiguous() for name, value in improver(8).state_dict().items()}
    save_file(weights, tmp_path / "odd.safetensors", {"prefill": "magic"})
    with pytest.raises(BadInputError, match="magic"):
        load_checkpoint(tmp_path / "odd.safetensors")
    with pytest.raises(ValueError, match="prefill"):
        Solver(FastRFRNet(improver(8)), 0)
