import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from models.geometry import Point
from models.segmentation.candidates import JOINED, SOURCES, TREE, Region, analyse, distinct
from models.segmentation.fit_ranking import composed, cut_out, fit, scenes, subject_before_backdrop, write
from models.segmentation.ranking import (
    MEASURES,
    Coefficients,
    RankingBasis,
    coefficients,
    expanded,
    measures,
    rank,
)
from tests.models.scenes import DISC, drawn_scene


@pytest.fixture(scope="module")
def basis() -> RankingBasis:
    return RankingBasis(analyse(drawn_scene()[0]))


def _moved(mask: np.ndarray, dx: int) -> np.ndarray:
    return np.roll(mask, dx, axis=1)


def test_the_measures_tell_a_thing_from_a_shifted_copy(basis: RankingBasis) -> None:
    disc = drawn_scene()[1] == DISC
    regions = [Region(disc, TREE, 0.3), Region(_moved(disc, 40), JOINED)]
    values = measures(basis, regions, [Point(110, 110)])
    assert values.shape == (2, len(MEASURES) + len(SOURCES))
    assert np.isfinite(values).all()
    true, shifted = (dict(zip(MEASURES, row, strict=False)) for row in values)
    assert true["edge"] > shifted["edge"]
    assert true["ring_contrast"] > shifted["ring_contrast"]
    assert true["centrality"] > shifted["centrality"]
    assert true["log_area"] == pytest.approx(np.log(disc.mean()), abs=0.05)


def test_the_shipped_ranking_prefers_the_thing_to_parts_and_to_the_surroundings(basis: RankingBasis) -> None:
    disc = drawn_scene()[1] == DISC
    half = disc.copy()
    half[:, 110:] = False
    wide = cv2.dilate(disc.astype(np.uint8), np.ones((61, 61), np.uint8)) > 0
    scores = rank(basis, [Region(m, TREE, 0.2) for m in (half, disc, wide)], [Point(95, 110)])
    assert int(scores.argmax()) == 1
    assert ((scores >= 0) & (scores <= 1)).all()


def test_nothing_to_rank(basis: RankingBasis) -> None:
    assert rank(basis, [], [Point(0, 0)]).size == 0


def test_the_shipped_coefficients_fit_the_terms() -> None:
    shipped = coefficients()
    terms = expanded(np.zeros((1, len(MEASURES) + len(SOURCES)))).shape[1]
    assert {a.shape for a in (shipped.mean, shipped.scale, shipped.weight)} == {(terms,)}
    assert (shipped.scale > 0).all()


def test_fitting_recovers_a_linear_rule_and_survives_writing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    examples = []
    for _ in range(60):
        values = rng.uniform(0, 1, (8, len(MEASURES) + len(SOURCES)))
        examples.append((expanded(values), 0.2 + 0.5 * values[:, 1]))
    formula = fit(examples, 1e-6)
    terms, wanted = examples[0]
    predicted = (terms - formula.mean) / formula.scale @ formula.weight + formula.intercept
    np.testing.assert_allclose(predicted, wanted, atol=1e-3)
    write(formula, tmp_path / "ranking.json")
    read = json.loads((tmp_path / "ranking.json").read_text())
    np.testing.assert_allclose(read["weight"], formula.weight, rtol=1e-3, atol=1e-9)


def test_a_formula_can_be_given(basis: RankingBasis) -> None:
    terms = len(coefficients().mean)
    weight = np.zeros(terms)
    weight[0] = 0.1  # larger is better
    formula = Coefficients(np.zeros(terms), np.ones(terms), weight, 0.7)
    masks = [np.zeros(basis.analysis.strength.shape, bool) for _ in range(2)]
    masks[0][:50, :50] = True
    masks[1][:100, :100] = True
    scores = rank(basis, [Region(m, TREE) for m in masks], [], formula)
    assert scores[1] > scores[0]


def test_distinct_keeps_the_first_of_two_alike() -> None:
    mask = np.zeros((60, 60), bool)
    mask[10:40, 10:40] = True
    alike = mask.copy()
    alike[10, 10:14] = False
    other = _moved(mask, 15)
    kept = distinct([Region(mask, TREE), Region(alike, JOINED), Region(other, JOINED)])
    assert [r.mask is m for r, m in zip(kept, (mask, other), strict=True)] == [True, True]


def test_a_subject_before_a_plain_backdrop_is_found_and_only_there() -> None:
    picture = np.full((200, 260, 3), 235, np.uint8)
    cv2.circle(picture, (130, 100), 50, (90, 60, 160), -1)
    mask = subject_before_backdrop(picture)
    assert mask is not None
    assert mask.mean() == pytest.approx(np.pi * 50**2 / (200 * 260), rel=0.08)
    assert subject_before_backdrop(data.chelsea()) is None


def test_a_composed_scene_shows_the_thing_where_it_says() -> None:
    picture = np.full((200, 260, 3), 235, np.uint8)
    cv2.circle(picture, (130, 100), 50, (20, 20, 250), -1)
    mask = subject_before_backdrop(picture)
    assert mask is not None
    ground = np.full((240, 320, 3), 120, np.uint8)
    results = [composed(ground, cut_out(picture, mask), np.random.default_rng(s)) for s in range(4)]
    assert any(r is not None for r in results)
    for result in results:
        if result is not None:
            scene, seen = result
            assert scene[seen][:, 2].mean() > scene[~seen][:, 2].mean() + 40


def test_scenes_have_their_click_inside_and_repeat_themselves(tmp_path: Path) -> None:
    picture = np.full((160, 200, 3), 235, np.uint8)
    cv2.circle(picture, (100, 80), 40, (90, 60, 160), -1)
    for name, photo in (("a", picture), ("b", data.chelsea()), ("c", data.coffee())):
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), photo[..., ::-1])
    paths = sorted(tmp_path.iterdir())
    first, second = list(scenes(paths, 2, 3)), list(scenes(paths, 2, 3))
    for scene, again in zip(first, second, strict=True):
        assert scene.truth[scene.click.y, scene.click.x]
        np.testing.assert_array_equal(scene.rgb, again.rgb)
