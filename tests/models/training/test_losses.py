"""The published losses against their formulas, and the features they are taken in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from models.errors import BadInputError
from models.training.features import OrientedFeatures, VGGFeatures, choose_features
from models.training.losses import measure, total_variation
from models.training.plan import LossWeights
from models.training.samples import Batch

PUBLISHED = LossWeights()


def pictures(seed: int, count: int = 2, side: int = 32) -> torch.Tensor:
    return torch.rand((count, 3, side, side), generator=torch.Generator().manual_seed(seed))


def half_known(side: int = 32) -> torch.Tensor:
    known = torch.ones(2, 1, side, side)
    known[..., : side // 4] = 0
    return known


@pytest.fixture(scope="module")
def vgg_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights under torchvision's names, classifier and later blocks among them."""
    torch.manual_seed(0)
    layers = {0: (3, 64), 2: (64, 64), 5: (64, 128), 7: (128, 128), 10: (128, 256), 12: (256, 256), 14: (256, 256)}
    weights = {}
    for number, (channels, out) in layers.items():
        conv = nn.Conv2d(channels, out, 3)
        weights[f"features.{number}.weight"], weights[f"features.{number}.bias"] = conv.weight.data, conv.bias.data
    weights["features.17.weight"] = torch.zeros(512, 256, 3, 3)
    weights["classifier.6.bias"] = torch.zeros(1000)
    path = tmp_path_factory.mktemp("vgg") / "vgg16.pth"
    torch.save(weights, path)
    return path


def test_hole_valid_and_tv_follow_their_formulas() -> None:
    truth, made, known = pictures(0), pictures(1), half_known()
    losses = measure(made, Batch(truth, known, truth * known), LossWeights(perceptual=0, style=0), OrientedFeatures())
    a, b, m = truth.numpy(), made.numpy(), known.numpy()
    assert losses.terms["hole"].item() == pytest.approx((np.abs(a - b) * (1 - m)).mean(), rel=1e-5)
    assert losses.terms["valid"].item() == pytest.approx((np.abs(a - b) * m).mean(), rel=1e-5)
    hole = b * (1 - m)  # of the composite, only the hole is left
    tv = np.abs(np.diff(hole, axis=3)).mean() + np.abs(np.diff(hole, axis=2)).mean()
    assert losses.terms["tv"].item() == pytest.approx(tv, rel=1e-5)
    expected = 1 * losses.terms["valid"] + 6 * losses.terms["hole"] + 0.1 * losses.terms["tv"]
    assert losses.total.item() == pytest.approx(expected.item(), rel=1e-6)


def test_perceptual_and_style_follow_their_formulas_on_vgg(vgg_file: Path) -> None:
    truth, made, known = pictures(0), pictures(1), half_known()
    features = VGGFeatures(vgg_file)
    losses = measure(made, Batch(truth, known, truth * known), PUBLISHED, features)
    filled = made * (1 - known) + truth * known
    perceptual, style = 0.0, 0.0
    for other in (made, filled):
        for a, b in zip(features(truth), features(other), strict=True):
            a, b = a.double().numpy(), b.double().numpy()
            perceptual += np.abs(a - b).mean()
            count, c, h, w = a.shape
            for one, two in zip(a, b, strict=True):
                one, two = one.reshape(c, -1), two.reshape(c, -1)
                style += np.abs(one @ one.T - two @ two.T).mean() / (c * h * w) / count
    assert losses.terms["perceptual"].item() == pytest.approx(perceptual, rel=1e-4)
    assert losses.terms["style"].item() == pytest.approx(style, rel=1e-4)


def test_everything_is_zero_for_the_truth_but_tv() -> None:
    truth = pictures(2)
    losses = measure(truth, Batch(truth, half_known(), truth * half_known()), PUBLISHED, OrientedFeatures())
    assert all(term.item() == 0 for name, term in losses.terms.items() if name != "tv")
    assert total_variation(torch.full((1, 3, 8, 8), 0.3)).item() == 0


def test_the_relative_loss_is_a_share_of_the_given_error_picture_by_picture() -> None:
    truth, known = pictures(0), half_known()
    given = truth + torch.tensor([0.1, 0.01])[: len(truth), None, None, None]
    weights = LossWeights(valid=0, hole=0, perceptual=0, style=0, tv=0, relative=1)
    halved = measure((truth + given) / 2, Batch(truth, known, given), weights, OrientedFeatures())
    shares = [0.25 * e**2 / (e**2 + 1e-4) for e in (0.1, 0.01)][: len(truth)]
    assert halved.total.item() == pytest.approx(np.mean(shares), rel=1e-3)
    beyond = given + 5 * known  # known pixels do not count
    assert measure(beyond, Batch(truth, known, given), weights, OrientedFeatures()).total.item() <= 1


def test_vgg_maps_are_pooled_thrice_and_frozen(vgg_file: Path) -> None:
    features = VGGFeatures(vgg_file)
    assert [tuple(m.shape[1:]) for m in features(pictures(0))] == [(64, 16, 16), (128, 8, 8), (256, 4, 4)]
    assert not any(parameter.requires_grad for parameter in features.parameters())


def test_vgg_is_taken_from_torch_hubs_folder_when_it_is_there(
    vgg_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert isinstance(choose_features(), OrientedFeatures)
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    (tmp_path / "hub" / "checkpoints" / "vgg16-397923af.pth").write_bytes(vgg_file.read_bytes())
    assert isinstance(choose_features(), VGGFeatures)


def test_another_file_is_no_vgg(tmp_path: Path) -> None:
    torch.save({"features.0.weight": torch.zeros(1)}, tmp_path / "other.pth")
    (tmp_path / "text.pth").write_text("hello")
    for name in ("other.pth", "text.pth", "absent.pth"):
        with pytest.raises(BadInputError, match="VGG16"):
            choose_features(tmp_path / name)


def test_oriented_features_see_direction_and_ignore_brightness() -> None:
    features = OrientedFeatures()
    stripes = torch.sin(torch.arange(64) * 0.8).expand(1, 3, 64, 64) * 0.2 + 0.5
    upright, lying = features(stripes)[0], features(stripes.transpose(2, 3))[0]
    assert (upright - lying).abs().mean() > upright.mean()
    brighter = features(stripes + 0.2)[0]
    torch.testing.assert_close(upright, brighter, atol=1e-5, rtol=0)
