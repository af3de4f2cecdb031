"""The fast path gives the plain path's numbers."""

import numpy as np
import pytest
import torch
from torch import nn

from models.inpainting.rfr import onednn, recall
from models.inpainting.rfr.attention import Remembered
from models.inpainting.rfr.fast import FastRFRNet
from models.inpainting.rfr.mask_plan import plan_masks
from models.inpainting.rfr.published import published_forward
from tests.models.inpainting.rfr.nets import picture, seasoned, strokes


def _difference(net: FastRFRNet, plain: torch.Tensor, masked: torch.Tensor, known: torch.Tensor) -> float:
    result = net(masked, known)
    assert result.dtype == torch.float32
    return float((result - plain).abs().max())


@pytest.mark.parametrize("kernel", [5, 7])
@pytest.mark.parametrize(("height", "width"), [(64, 64), (48, 112), (16, 16), (176, 64)])
def test_it_is_equal_to_the_plain_path(kernel: int, height: int, width: int) -> None:
    net = seasoned(16, kernel)
    known = strokes(2, height, width)
    masked = picture(2, height, width) * known
    with torch.inference_mode():
        plain = published_forward(net, masked, known.expand(-1, 3, -1, -1))
    fast = FastRFRNet(net)
    assert _difference(fast, plain, masked, known) < 1e-4
    assert _difference(fast, plain, masked, fast.plan(known)) < 1e-4
    assert plain.std() > 0.1


def test_the_published_width_is_equal_too() -> None:
    net = seasoned(64)
    known = strokes(1, 64, 96)
    masked = picture(1, 64, 96) * known
    with torch.inference_mode():
        plain = published_forward(net, masked, known.expand(-1, 3, -1, -1))
    assert _difference(FastRFRNet(net), plain, masked, known) < 1e-4


def test_it_is_equal_without_onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onednn, "is_available", lambda: False)
    net = seasoned()
    known = strokes(2, 48, 64)
    masked = picture(2, 48, 64) * known
    with torch.inference_mode():
        plain = published_forward(net, masked, known.expand(-1, 3, -1, -1))
    assert _difference(FastRFRNet(net), plain, masked, known) < 1e-4


@pytest.mark.parametrize("kept", [0, 10**9])
def test_attention_without_kept_scores_is_equal(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "_STRIP", 100)  # several strips, the last one shorter
    net = seasoned()
    generator = torch.Generator().manual_seed(0)
    memory = recall.Recall(net.RFRModule.att.att.weight.item(), kept)
    before = None
    with torch.inference_mode():
        for _ in range(4):
            features = torch.randn(2, 64, 6, 7, generator=generator)
            cells = (torch.rand(2, 1, 6, 7, generator=generator) > 0.4).float()
            attended, scores = net.RFRModule.att.att(features, before)
            before = Remembered(scores, cells)
            torch.testing.assert_close(memory.attend(features, cells), attended, atol=1e-5, rtol=1e-5)


def test_the_tail_in_strips_is_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    net = seasoned()
    known = strokes(1, 176, 64)
    masked = picture(1, 176, 64) * known
    whole = FastRFRNet(net)(masked, known)
    monkeypatch.setattr("models.inpainting.rfr.fast._STRIP", 1)
    assert _difference(FastRFRNet(net), whole, masked, known) < 1e-5


def test_half_precision_stays_near() -> None:
    net = seasoned(16)
    known = strokes(1, 64, 64)
    masked = picture(1, 64, 64) * known
    exact = FastRFRNet(net)(masked, known)
    rough = FastRFRNet(net, precision=torch.bfloat16)(masked, known)
    assert rough.dtype == torch.float32
    assert 0 < float((rough - exact).abs().mean()) < 0.05 * float(exact.std())


def test_it_is_a_snapshot() -> None:
    net = seasoned()
    known, image = strokes(1, 32, 32), picture(1, 32, 32)
    fast = FastRFRNet(net)
    before = fast(image, known)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(2)
    assert torch.equal(fast(image, known), before)


def test_it_can_be_stopped_between_recurrences() -> None:
    shares: list[float] = []

    def stop(share: float) -> None:
        shares.append(share)
        if share > 0.3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        FastRFRNet(seasoned())(picture(1, 32, 32), strokes(1, 32, 32), between=stop)
    assert shares == sorted(shares)
    assert len(shares) == 4


def test_the_plan_counts_windows_exactly() -> None:
    """One channel summed and multiplied gives the bits of the 64-channel convolution of ones."""
    known = strokes(2, 64, 96)
    plan = plan_masks(known, width=64, kernel=7)
    mask = nn.functional.conv2d(known.expand(-1, 3, -1, -1), torch.ones(64, 3, 7, 7), stride=2, padding=3).clamp(0, 1)
    assert torch.equal(plan.entry[0].known, mask[:, :1])
    total = nn.functional.conv2d(mask, torch.ones(64, 64, 7, 7), padding=3)[:, :1]
    assert torch.equal(plan.entry[1].ratio, 64 * 49 / (total + 1e-8) * total.clamp(0, 1))
    assert np.unique(plan.last.numpy()).tolist() in ([0.0, 1.0], [1.0])
