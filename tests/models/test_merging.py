import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.errors import BadInputError
from models.geometry import Point
from models.segmentation.boundaries import strength_and_textons, to_lab
from models.segmentation.candidates import analyse
from models.segmentation.expectation import expected_overlaps, likely_nodes
from models.segmentation.fit_merging import averaged, best_overlap, fitted_network, fitted_rule, judgeable, write
from models.segmentation.hierarchy import RegionTree, grown_leaves, region_trees
from models.segmentation.labelled import Labelled, drawn_regions, fitted_and_held_out, names, read_labelled
from models.segmentation.merging import LINK_MEASURES, Judged, Leaves, Rule, judged_links, learned_rule, merged
from tests.models.scenes import DISC, HOUSE, drawn_scene
from tests.shared_material import SHARED, needs_shared


def _grown(picture: np.ndarray) -> tuple[np.ndarray, Leaves]:
    oriented, textons = strength_and_textons(picture)
    return grown_leaves(oriented.max(axis=0), to_lab(picture), textons)


@pytest.fixture(scope="module")
def leaves() -> Leaves:
    return _grown(drawn_scene()[0])[1]


@pytest.fixture(scope="module")
def tree() -> RegionTree:
    return analyse(drawn_scene()[0]).trees[-1]


def _four_in_a_row(borders: tuple[float, float, float]) -> Leaves:
    """Leaves 0-1-2-3 of 100 pixels and one colour, with borders of 10 pixels."""
    return Leaves(
        np.full(4, 100.0),
        np.zeros((4, 3)),
        np.zeros((4, 0)),
        np.zeros(4),
        np.array([[0, 1], [1, 2], [2, 3]], np.int32),
        np.array(borders) * 10.0,
        np.full(3, 10.0),
    )


def test_the_faintest_boundary_vanishes_first() -> None:
    merges = merged(_four_in_a_row((0.3, 0.1, 0.2)), Rule.weighted(1.0, 0.0))
    assert sorted(merges.children[0]) == [1, 2]
    assert sorted(merges.children[1]) == [3, 4]
    assert sorted(merges.children[2]) == [0, 5]
    np.testing.assert_allclose(merges.level[4:], [0.1, 0.2, 0.3], rtol=1e-6)
    assert merges.area.tolist() == [100, 100, 100, 100, 200, 300, 400]
    assert merges.parent.tolist() == [6, 4, 4, 5, 5, 6, -1]


def test_a_common_border_grows_together() -> None:
    ring = Leaves(
        np.full(3, 100.0),
        np.zeros((3, 3)),
        np.zeros((3, 0)),
        np.zeros(3),
        np.array([[0, 1], [0, 2], [1, 2]], np.int32),
        np.array([1.0, 6.0, 2.0]),
        np.array([10.0, 10.0, 30.0]),
    )
    merges = merged(ring, Rule.weighted(1.0, 0.0))
    assert sorted(merges.children[0]) == [1, 2]
    assert merges.level[-1] == pytest.approx((1.0 + 6.0) / 20.0)


def test_the_merging_agrees_with_a_plain_search_over_all_neighbours(leaves: Leaves) -> None:
    rule = Rule.weighted(1.0, 0.0)
    merges = merged(leaves, rule)
    small = 0.002 * leaves.area.sum()
    area = dict(enumerate(leaves.area.tolist()))
    links = {
        (int(a), int(b)): (float(t), float(n))
        for (a, b), t, n in zip(leaves.pairs, leaves.border, leaves.length, strict=True)
    }
    for step, children in enumerate(merges.children[:40].tolist()):
        cost = {
            pair: total / length * min(1.0, min(area[pair[0]], area[pair[1]]) / small) ** 0.25
            for pair, (total, length) in links.items()
        }
        cheapest = min(cost.values())
        pair = (min(children), max(children))
        assert cost[pair] == pytest.approx(cheapest, rel=1e-9)
        new = len(leaves.area) + step
        area[new] = area[pair[0]] + area[pair[1]]
        joined: dict[tuple[int, int], tuple[float, float]] = {}
        for (a, b), (total, length) in links.items():
            if (a, b) == pair:
                continue
            ends = tuple(sorted(new if end in pair else end for end in (a, b)))
            before = joined.get((ends[0], ends[1]), (0.0, 0.0))
            joined[ends[0], ends[1]] = before[0] + total, before[1] + length
        links = joined


def test_the_inputs_stay_as_they_are_and_it_repeats_itself(leaves: Leaves) -> None:
    before = [a.copy() for a in leaves]
    first, second = merged(leaves, learned_rule()), merged(leaves, learned_rule())
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(before, leaves, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_learned_levels_are_chances(leaves: Leaves) -> None:
    level = merged(leaves, learned_rule()).level
    assert (level >= 0).all()
    assert (level <= 1).all()
    assert (np.diff(level) >= 0).all()
    assert level[-1] > 0.5


def test_a_network_without_histograms_is_refused() -> None:
    with pytest.raises(ValueError, match="histograms"):
        merged(_four_in_a_row((0.1, 0.2, 0.3)), learned_rule())


@pytest.mark.parametrize("number", [DISC, HOUSE])
def test_the_learned_tree_holds_every_thing(tree: RegionTree, number: int) -> None:
    assert best_overlap(tree, drawn_scene()[1] == number) > 0.9


def test_judgements_follow_what_was_drawn() -> None:
    picture, labels = drawn_scene()
    photo = judgeable(Labelled(picture, labels, "scene"))
    links = judged_links(photo.leaves, Rule.weighted(1.0, 0.0), photo.truth)
    assert links.measures.shape == (len(links.apart), len(LINK_MEASURES))
    boundary = links.measures[:, 0]
    assert 0 < links.apart.mean() < 0.5
    assert boundary[links.apart == 1].mean() > 2 * boundary[links.apart == 0].mean()
    assert (links.weight >= 0).all()


def test_a_network_learns_which_measure_tells() -> None:
    rng = np.random.default_rng(0)
    measures = rng.uniform(0, 1, (4000, len(LINK_MEASURES)))
    apart = (measures[:, 2] > 0.5).astype(float)
    rule = fitted_network(Judged(measures, apart, np.ones(4000)), 4, 0, steps=300)
    logit = np.tanh(measures @ rule.hidden + rule.hidden_bias) @ rule.out + rule.out_bias
    assert np.mean((logit > 0) == (apart > 0)) > 0.93
    twice = averaged([rule, rule])
    again = np.tanh(measures @ twice.hidden + twice.hidden_bias) @ twice.out + twice.out_bias
    np.testing.assert_allclose(again, logit, rtol=1e-9, atol=1e-9)


def test_a_rule_fitted_on_a_scene_parts_its_things(tmp_path: Path) -> None:
    picture, labels = drawn_scene()
    photo = judgeable(Labelled(picture, labels, "scene"))
    rule = fitted_rule([photo], rounds=1, units=4, networks=1)
    oriented, textons = strength_and_textons(picture)
    grown = region_trees(oriented.max(axis=0), to_lab(picture), textons, [rule])[0]
    assert best_overlap(grown, labels == HOUSE) > 0.9  # of two colours
    write(rule, ["scene"], tmp_path / "merging.json")
    read = json.loads((tmp_path / "merging.json").read_text())
    np.testing.assert_allclose(read["hidden"], rule.hidden, rtol=1e-3, atol=1e-9)
    assert read["photos"] == ["scene"]


def test_contours_are_the_levels_at_which_sides_are_joined(tree: RegionTree) -> None:
    contours = tree.contours()
    assert contours.shape == tree.leaves.shape
    inside = (tree.leaves[1:-1, 1:-1, None] == np.stack([tree.leaves[:-2, 1:-1], tree.leaves[2:, 1:-1]], -1)).all(-1)
    inside &= (tree.leaves[1:-1, 1:-1] == tree.leaves[1:-1, :-2]) & (tree.leaves[1:-1, 1:-1] == tree.leaves[1:-1, 2:])
    assert (contours[1:-1, 1:-1][inside] == 0).all()
    y, x = next(zip(*np.nonzero(tree.leaves[:, :-1] != tree.leaves[:, 1:]), strict=True))
    joined = tree.common_ancestor([int(tree.leaves[y, x]), int(tree.leaves[y, x + 1])])
    assert contours[y, x] >= tree.level[joined]


def test_what_a_click_may_mean_are_nodes_over_it_with_chances(tree: RegionTree) -> None:
    nodes, chances = likely_nodes(tree, Point(110, 110))
    assert chances.sum() == pytest.approx(1.0)
    assert (chances >= 0).all()
    assert all(tree.mask(int(n))[110, 110] for n in nodes)
    disc = drawn_scene()[1] == DISC
    masks = [disc[::2, ::2], np.roll(disc, 60, axis=1)[::2, ::2]]
    true, moved = expected_overlaps(tree, masks, Point(110, 110), 2)
    assert true[0] > moved[0] + 0.3
    assert true[1] > moved[1]


def test_photos_are_parted_once_and_for_all() -> None:
    every = [f"{n:03}" for n in range(40)]
    fitted, held_out = fitted_and_held_out(every[::-1])
    assert sorted(fitted + held_out) == every
    assert len(held_out) == 16
    assert (fitted, held_out) == fitted_and_held_out(every)


def test_labelled_photos_are_read_and_bad_ones_named(tmp_path: Path) -> None:
    picture, labels = drawn_scene()
    cv2.imwrite(str(tmp_path / "a.jpg"), picture[..., ::-1])
    cv2.imwrite(str(tmp_path / "a_regions.png"), labels)
    cv2.imwrite(str(tmp_path / "b_regions.png"), labels)
    assert names(tmp_path) == ["a", "b"]
    photo = read_labelled(tmp_path, "a")
    assert photo.rgb.shape == picture.shape
    np.testing.assert_array_equal(photo.labels, labels)
    assert len(drawn_regions(photo.labels, 0.01, 0.5)) == 3
    with pytest.raises(BadInputError, match="b"):
        read_labelled(tmp_path, "b")


@needs_shared
def test_nothing_was_fitted_on_the_photos_held_out() -> None:
    assert SHARED is not None
    fitted, held_out = fitted_and_held_out(names(SHARED / "eval" / "regions"))
    shipped = Path(__file__).resolve().parents[2] / "models" / "segmentation"
    for name in ("merging.json", "ranking.json", "box_ranking.json"):
        photos = json.loads((shipped / name).read_text())["photos"]
        assert set(photos) <= set(fitted)
        assert not set(photos) & set(held_out)
