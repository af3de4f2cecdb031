"""The network has the published parameters and computes what the published code does."""

import copy

import pytest
import torch

from models.inpainting.rfr.network import RFRNet, reach
from models.inpainting.rfr.published import published_forward
from tests.models.inpainting.rfr.nets import picture, seasoned, strokes


def _norm(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    per_channel = dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (channels,))
    return {f"{name}.{entry}": shape for entry, shape in per_channel.items()} | {f"{name}.num_batches_tracked": ()}


def _block(name: str, shape: tuple[int, ...], channels: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.0.weight": shape, **_norm(f"{name}.1", channels)}


def official_entries(kernel: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the published checkpoints, in their order."""
    partial = (64, 64, kernel, kernel)
    return {
        "Pconv1.weight": (64, 3, 7, 7),
        **_norm("bn1", 64),
        "Pconv2.weight": partial,
        **_norm("bn20", 64),
        "Pconv21.weight": partial,
        "Pconv22.weight": partial,
        **_norm("bn2", 64),
        **_block("RFRModule.enc_1", (128, 64, 3, 3), 128),
        **_block("RFRModule.enc_2", (256, 128, 3, 3), 256),
        **_block("RFRModule.enc_3", (512, 256, 3, 3), 512),
        **_block("RFRModule.enc_4", (512, 512, 3, 3), 512),
        **_block("RFRModule.enc_5", (512, 512, 3, 3), 512),
        **_block("RFRModule.enc_6", (512, 512, 3, 3), 512),
        "RFRModule.att.att.ratio": (1,),
        "RFRModule.att.combiner.weight": (512, 1024, 1, 1),
        "RFRModule.att.combiner.bias": (512,),
        **_block("RFRModule.dec_5", (512, 1024, 3, 3), 512),
        **_block("RFRModule.dec_4", (512, 1024, 3, 3), 512),
        **_block("RFRModule.dec_3", (1024, 512, 4, 4), 512),
        **_block("RFRModule.dec_2", (768, 256, 4, 4), 256),
        **_block("RFRModule.dec_1", (384, 64, 4, 4), 64),
        "Tconv.weight": (64, 64, 4, 4),
        **_norm("bn3", 64),
        "tail1.weight": (32, 67, 3, 3),
        "tail2.conv1.weight": (8, 32, 1, 1),
        **_norm("tail2.bn1", 8),
        "tail2.conv2.weight": (8, 8, 3, 3),
        **_norm("tail2.bn2", 8),
        "tail2.conv3.weight": (32, 8, 1, 1),
        **_norm("tail2.bn3", 32),
        "out.weight": (3, 64, 3, 3),
    }


@pytest.mark.parametrize(("kernel", "parameters"), [(7, 31_224_065), (5, 30_929_153)])
def test_the_parameters_are_the_published_ones(kernel: int, parameters: int) -> None:
    with torch.device("meta"):
        net = RFRNet(kernel=kernel)
    shapes = {name: tuple(entry.shape) for name, entry in net.state_dict().items()}
    assert list(shapes.items()) == list(official_entries(kernel).items())
    assert len(shapes) == 114
    assert sum(entry.numel() for entry in net.parameters()) == parameters


def test_narrow_networks_have_the_same_names() -> None:
    assert RFRNet(8).state_dict().keys() == official_entries(7).keys()


@pytest.mark.parametrize("arguments", [{"width": 12}, {"width": 0}, {"kernel": 3}, {"kernel": 6}])
def test_shapes_that_do_not_exist_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        RFRNet(**arguments)


@pytest.mark.parametrize("kernel", [5, 7])
@pytest.mark.parametrize(("height", "width"), [(64, 64), (48, 112), (16, 16)])
def test_it_computes_what_the_published_code_does(kernel: int, height: int, width: int) -> None:
    net = seasoned(16, kernel)
    known = strokes(3, height, width)
    masked = picture(3, height, width) * known
    with torch.inference_mode():
        plain = published_forward(net, masked, known.expand(-1, 3, -1, -1))
        assert (net(masked, known) - plain).abs().max() < 1e-4
        assert torch.equal(net(masked, known.expand(-1, 3, -1, -1)), net(masked, known))
    assert plain.std() > 0.1  # a dead network would agree with anything


def test_in_double_precision_nothing_is_left_of_the_difference() -> None:
    net = seasoned().double()
    known = strokes(2, 32, 48).double()
    masked = picture(2, 32, 48).double() * known
    with torch.inference_mode():
        plain = published_forward(net, masked, known.expand(-1, 3, -1, -1))
        assert (net(masked, known) - plain).abs().max() < 1e-12


@pytest.mark.parametrize("hole", ["everything", "nothing"])
def test_the_extremes_agree_with_the_published_code(hole: str) -> None:
    net = seasoned()
    known = torch.zeros(1, 3, 32, 32) if hole == "everything" else torch.ones(1, 3, 32, 32)
    masked = picture(1, 32, 32) * known
    with torch.inference_mode():
        assert (net(masked, known) - published_forward(net, masked, known)).abs().max() < 1e-4


def test_gradients_and_statistics_in_training_are_those_of_the_published_code() -> None:
    net = seasoned().double().train()
    twin = copy.deepcopy(net)
    known = strokes(2, 32, 48).double()
    truth = picture(2, 32, 48).double()
    for loss in (
        (net(truth * known, known) - truth).abs().mean(),
        (published_forward(twin, truth * known, known.expand(-1, 3, -1, -1)) - truth).abs().mean(),
    ):
        loss.backward()
    for (name, ours), (_, theirs) in zip(net.named_parameters(), twin.named_parameters(), strict=True):
        assert ours.grad is not None, name
        torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-12, rtol=1e-8, msg=lambda m, n=name: f"{n}: {m}")
    for (name, ours), (_, theirs) in zip(net.named_buffers(), twin.named_buffers(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-12, rtol=1e-8, msg=lambda m, n=name: f"{n}: {m}")


def test_nothing_of_a_pass_stays_on_the_network() -> None:
    net = seasoned()
    known = strokes(1, 32, 32)
    masked = picture(1, 32, 32)
    before = {name for module in net.modules() for name in vars(module)}
    with torch.inference_mode():
        first = net(masked, known)
        net(picture(2, 48, 48, seed=1), strokes(2, 48, 48, seed=1))
        assert torch.equal(net(masked, known), first)
    assert {name for module in net.modules() for name in vars(module)} == before


def test_what_lies_in_the_hole_does_not_matter() -> None:
    net = seasoned()
    known, image = strokes(1, 32, 32), picture(1, 32, 32)
    with torch.inference_mode():
        assert torch.equal(net(image, known), net(image * known, known))


def test_modes_return_the_network() -> None:
    net = RFRNet(8)
    assert net.eval() is net
    assert net.train() is net
    tuned = net.train(finetune=True)
    assert tuned is net
    assert net.training
    assert not net.bn1.training
    assert net.Pconv1.training


@pytest.mark.parametrize(("kernel", "widest"), [(7, 162), (5, 110)])
def test_reach(kernel: int, widest: int) -> None:
    """A hole of that width is closed; of two pixels more, a core stays empty."""
    net = RFRNet(8, kernel)
    assert net.reach == reach(kernel) == widest
    for side, closed in ((widest, True), (widest + 2, False)):
        known = torch.ones(1, 1, 256, 256)
        start = 128 - side // 2
        known[:, :, start : start + side, start : start + side] = 0
        assert bool((net.plan(known).last == 1).all()) is closed


def test_more_recurrences_reach_further() -> None:
    net = seasoned()
    known = torch.ones(1, 1, 256, 256)
    known[:, :, 8:248, 8:248] = 0
    assert (net.plan(known).last == 0).any()
    assert (net.plan(known, recurrences=12).last == 1).all()
    with torch.inference_mode():
        assert torch.isfinite(net(torch.rand(1, 3, 256, 256), known, recurrences=12)).all()


def test_sizes_that_are_no_multiples_of_16_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 16"):
        RFRNet(8)(torch.zeros(1, 3, 40, 48), torch.ones(1, 1, 40, 48))
