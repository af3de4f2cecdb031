import numpy as np
import pytest

from models.segmentation.boundaries import boundary_strength, to_lab
from models.segmentation.hierarchy import RegionTree, adjacency, region_tree
from tests.models.scenes import BAR, DISC, HOUSE, drawn_scene


@pytest.fixture(scope="module", params=[0.0, 1.2], ids=["boundary", "boundary and colour"])
def tree(request: pytest.FixtureRequest) -> RegionTree:
    picture, _ = drawn_scene()
    return region_tree(boundary_strength(picture), to_lab(picture), request.param)


def test_it_is_one_tree_over_all_pixels(tree: RegionTree) -> None:
    nodes = len(tree.parent)
    assert tree.leaf_count == tree.leaves.max() + 1
    assert nodes == 2 * tree.leaf_count - 1
    assert np.flatnonzero(tree.parent < 0).tolist() == [nodes - 1]
    assert (tree.parent[:-1] > np.arange(nodes - 1)).all()
    assert tree.area[-1] == tree.leaves.size
    assert tree.mask(nodes - 1).all()


def test_levels_never_fall_towards_the_root(tree: RegionTree) -> None:
    above = tree.parent[:-1]
    assert (tree.level[above] >= tree.level[:-1]).all()
    assert all(tree.persistence(n) >= 0 for n in range(len(tree.parent)))


def test_masks_areas_and_sums_agree(tree: RegionTree) -> None:
    leaf_areas = np.bincount(tree.leaves.ravel(), minlength=tree.leaf_count)
    np.testing.assert_array_equal(tree.sums(leaf_areas), tree.area)
    for node in np.linspace(0, len(tree.parent) - 1, 25).astype(int):
        assert np.count_nonzero(tree.mask(node)) == tree.area[node]


def test_a_parent_is_the_union_of_its_children(tree: RegionTree) -> None:
    node = len(tree.parent) - 3
    children = np.flatnonzero(tree.parent == node)
    assert len(children) == 2
    np.testing.assert_array_equal(tree.mask(node), tree.mask(children[0]) | tree.mask(children[1]))


def test_the_common_ancestor_is_the_smallest_that_holds_both(tree: RegionTree) -> None:
    a, b = int(tree.leaves[110, 110]), int(tree.leaves[246, 140])
    node = tree.common_ancestor([a, b])
    assert node in tree.path(a)
    assert node in tree.path(b)
    below = tree.path(a)[tree.path(a).index(node) - 1]
    assert below not in tree.path(b)
    assert tree.common_ancestor([a]) == a


@pytest.mark.parametrize("number", [DISC, BAR, HOUSE])
def test_every_thing_is_a_node(tree: RegionTree, number: int) -> None:
    truth = drawn_scene()[1] == number
    shared = tree.sums(np.bincount(tree.leaves.ravel(), truth.ravel().astype(float)))
    assert (shared / (tree.area + truth.sum() - shared)).max() > 0.85


def test_adjacency_counts_border_pixels() -> None:
    leaves = np.array([[0, 0, 1], [0, 0, 1], [2, 2, 1]], np.int32)
    pairs, total, length = adjacency(leaves, np.ones((3, 3), np.float32))
    assert pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert length.tolist() == [2, 2, 1]
    np.testing.assert_array_equal(total, length)


def test_an_even_picture_is_a_single_leaf() -> None:
    tree = region_tree(np.zeros((20, 30), np.float32), np.zeros((20, 30, 3), np.float32))
    assert tree.leaf_count == 1
    assert tree.path(0) == [0]
    assert tree.mask(0).all()
