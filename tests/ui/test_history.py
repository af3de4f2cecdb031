from ui.history import Place, layout


def test_a_path_stays_in_one_lane() -> None:
    places = layout({"a": None, "b": "a", "c": "b"}, ["a", "b", "c"])
    assert places == {"a": Place(0, 0), "b": Place(1, 0), "c": Place(2, 0)}


def test_a_second_child_opens_a_lane_that_its_children_follow() -> None:
    parents = {"a": None, "b": "a", "c": "a", "d": "c", "e": "b"}
    places = layout(parents, ["a", "b", "c", "d", "e"])
    assert places["b"] == Place(1, 0)
    assert places["c"] == Place(1, 1)
    assert places["d"] == Place(2, 1)
    assert places["e"] == Place(2, 0)


def test_no_two_versions_share_a_place() -> None:
    order = [f"v{n}" for n in range(40)]
    parents = {"v0": None} | {f"v{n}": f"v{(n * 7) % n}" for n in range(1, 40)}
    places = layout(parents, order)
    assert len(set(places.values())) == 40
    assert all(places[one].column == places[parent].column + 1 for one, parent in parents.items() if parent)
