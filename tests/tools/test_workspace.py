from __future__ import annotations

import io
import os
import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import BadInputError, UnavailableError
from models.geometry import Bounds, Extent
from tests.tools.pictures_drawn import display_p3, encoded, photo
from tools.pictures.picture import JpegCoding, Picture
from tools.pictures.reading import open_picture
from tools.workspace.workspace import Patch, Workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def workspace(folder: Path):
    with Workspace.create(folder, Picture(photo(300, 600)), name="photo.png") as made:
        yield made


def _dot(workspace: Workspace, value: int, message: str = "A dot.", **edit: object):
    """An edit of one pixel at the left top, told by its value."""
    pixels = np.full((1, 1, 3), value, np.uint8)
    return workspace.commit(Patch(Bounds(0, 0, 1, 1), pixels), edit={"op": "dot", **edit}, message=message)


def _objects(folder: Path) -> set[Path]:
    return set((folder / "objects").glob("*/*"))


# ---- versions and pixels


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("shape", [(1, 1), (256, 256), (257, 255), (300, 600), (1, 2000)])
def test_what_is_committed_comes_back_exactly(folder: Path, shape: tuple[int, int], bits: int, channels: int):
    samples = photo(*shape, bits=bits, channels=channels)
    coding = JpegCoding((tuple(range(1, 65)),), 2)
    picture = Picture(
        samples, icc=display_p3(), exif=b"e", xmp=b"x", format="JPEG", jpeg=coding, dpi=(300.0, 72.0), notices=("n",)
    )
    Workspace.create(folder, picture, name="a").close()
    with Workspace.open(folder) as again:
        back = again.picture()
        np.testing.assert_array_equal(back.pixels, samples)
        assert back.pixels.dtype == samples.dtype
        for field in ("icc", "exif", "xmp", "format", "grey", "jpeg", "lossless", "dpi", "notices"):
            assert getattr(back, field) == getattr(picture, field)
        assert (again.head.extent, again.head.bit_depth, again.head.has_alpha) == (
            Extent(shape[1], shape[0]),
            bits,
            channels == 4,
        )


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("bounds", [Bounds(0, 0, 1, 1), Bounds(250, 250, 262, 262), Bounds(0, 0, 600, 300)])
def test_a_patch_changes_its_rectangle_and_nothing_else(folder: Path, bounds: Bounds, in_memory: bool):
    root = photo(300, 600)
    rng = np.random.default_rng(0)
    with Workspace.create(folder, Picture(root), name="a", cache_bytes=None if in_memory else 1) as workspace:
        new = rng.integers(0, 256, (bounds.height, bounds.width, 3), np.uint8)
        made = workspace.commit(Patch(bounds, new), edit={}, message="")
        expected = root.copy()
        expected[bounds.slices] = new
        np.testing.assert_array_equal(workspace.picture(made.id).pixels, expected)
        np.testing.assert_array_equal(workspace.picture(workspace.root.id).pixels, root)
    with Workspace.open(folder) as again:
        np.testing.assert_array_equal(again.picture().pixels, expected)


def test_a_patch_without_alpha_leaves_the_alpha(folder: Path):
    root = photo(300, 300, channels=4)
    for cache_bytes in (None, 1):
        place = folder / str(cache_bytes)
        with Workspace.create(place, Picture(root), name="a", cache_bytes=cache_bytes) as workspace:
            workspace.commit(Patch(Bounds(5, 5, 9, 9), np.zeros((4, 4, 3), np.uint8)), edit={}, message="")
            back = workspace.picture().pixels
            assert not back[5:9, 5:9, :3].any()
            np.testing.assert_array_equal(back[..., 3], root[..., 3])


def test_only_tiles_that_differ_are_written(workspace: Workspace, folder: Path):
    before = _objects(folder)
    same = workspace.picture().pixels.copy()
    workspace.commit(Patch(Bounds(0, 0, 600, 300), same), edit={}, message="Nothing.")
    assert _objects(folder) == before
    same[10, 10] ^= 1
    workspace.commit(Patch(Bounds(0, 0, 600, 300), same), edit={}, message="One sample.")
    assert len(_objects(folder) - before) == 1
    back = workspace.picture(workspace.root.id)
    workspace.commit(back, edit={}, message="The root again, whole.")
    assert len(_objects(folder) - before) == 1


def test_another_frame_depth_or_alpha(workspace: Workspace):
    picture = workspace.picture()
    turned = workspace.commit(picture.with_pixels(np.rot90(picture.pixels)), edit={"op": "rotate"}, message="Turned.")
    assert turned.extent == Extent(300, 600)
    deep = workspace.commit(Picture(photo(20, 30, bits=16, channels=4)), edit={}, message="Another.")
    assert (deep.bit_depth, deep.has_alpha) == (16, True)
    workspace.undo(2)
    np.testing.assert_array_equal(workspace.picture().pixels, picture.pixels)
    changed = picture.pixels.copy()
    changed[0, 0] = 1
    workspace.commit(changed, edit={}, message="As an array.")
    changed[0, 0] = 2  # the caller's array stays the caller's
    assert workspace.picture().pixels[0, 0, 0] == 1


def test_a_crop_reads_only_its_tiles(workspace: Workspace, folder: Path):
    root = photo(300, 600)
    with Workspace.open(folder, cache_bytes=1) as cold:
        for bounds in (Bounds(0, 0, 600, 300), Bounds(250, 200, 262, 299), Bounds(599, 299, 600, 300)):
            np.testing.assert_array_equal(cold.crop(bounds), root[bounds.slices])
        np.testing.assert_array_equal(cold.crop(Bounds(-5, -5, 3, 2)), root[:2, :3])
        with pytest.raises(BadInputError, match="outside"):
            cold.crop(Bounds(600, 0, 700, 10))
        np.testing.assert_array_equal(workspace.crop(Bounds(3, 4, 5, 6)), root[4:6, 3:5])


def test_patches_that_do_not_fit_leave_no_trace(workspace: Workspace, folder: Path):
    before = _objects(folder)
    for bounds, pixels in (
        (Bounds(599, 0, 601, 1), np.zeros((1, 2, 3), np.uint8)),
        (Bounds(0, 0, 2, 2), np.zeros((1, 2, 3), np.uint8)),
        (Bounds(0, 0, 1, 1), np.zeros((1, 1, 3), np.uint16)),
        (Bounds(0, 0, 1, 1), np.zeros((1, 1, 4), np.uint8)),
    ):
        with pytest.raises(BadInputError):
            workspace.commit(Patch(bounds, pixels), edit={}, message="")
    with pytest.raises(TypeError):
        _dot(workspace, 1, what=object())
    with pytest.raises(BadInputError, match="no version"):
        workspace.commit(workspace.picture(), edit={}, message="", parent="nowhere")
    assert len(workspace.versions()) == 1
    assert _objects(folder) == before


def test_versions_say_what_made_them(folder: Path):
    times = iter(["2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"])
    picture = Picture(photo(10, 10))
    with Workspace.create(folder, picture, name="Oma.jpg", clock=lambda: next(times)) as workspace:
        made = workspace.commit(
            Patch(Bounds(0, 0, 1, 1), np.zeros((1, 1, 3), np.uint8)),
            edit={"op": "remove", "target": "größte Tür"},
            message="Removed the door.",
            report={"seconds": 1.5},
        )
        assert workspace.name == "Oma.jpg"
        assert workspace.version(made.id) == made == workspace.head
        assert made.created == "2026-01-02T00:00:00+00:00"
        assert (made.number, made.parent, made.report) == (2, workspace.root.id, {"seconds": 1.5})
        assert made.edit["target"] == "größte Tür"
        assert workspace.rename(made.id, "  no door ").name == "no door"
        assert workspace.rename(made.id, "").name is None
        with pytest.raises(BadInputError):
            workspace.rename("nowhere", "x")


# ---- moving about


def test_undo_and_redo(workspace: Workspace):
    made = [_dot(workspace, value) for value in range(4)]
    assert workspace.undo() == made[2]
    assert workspace.undo(2) == made[0]
    assert workspace.redo() == made[1]
    assert workspace.redo(9) == made[3]
    with pytest.raises(BadInputError, match="nothing to redo"):
        workspace.redo()
    assert workspace.undo(99) == workspace.root
    with pytest.raises(BadInputError, match="nothing to undo"):
        workspace.undo()
    assert workspace.picture().pixels[0, 0].tolist() == photo(300, 600)[0, 0].tolist()


def test_redo_takes_the_branch_looked_at_last(workspace: Workspace):
    first = _dot(workspace, 1)
    left = _dot(workspace, 2)
    workspace.undo()
    right = _dot(workspace, 3)
    assert workspace.children(first.id) == [left, right]
    workspace.go_to(first.id)
    assert workspace.redo() == right
    workspace.go_to(left.id)
    workspace.go_to(workspace.root.id)
    assert workspace.redo(2) == left
    assert workspace.path(left.id) == [workspace.root, first, left]
    with pytest.raises(BadInputError):
        workspace.go_to("nowhere")
    assert workspace.head == left


def test_where_one_stands_is_remembered(workspace: Workspace, folder: Path):
    _dot(workspace, 1)
    _dot(workspace, 2)
    workspace.undo()
    with Workspace.open(folder) as again:
        assert again.head == workspace.head
        assert again.redo().number == 3


def test_find_before(workspace: Workspace):
    tree = _dot(workspace, 1, "Removed the tree.", target={"label": "tree"})
    car = _dot(workspace, 2, "Made the car blue.", target={"label": "car"})
    _dot(workspace, 3, "A bit darker.")
    assert workspace.find_before("the tree") == workspace.root
    assert workspace.find_before("the carr") == tree
    assert workspace.find_before("darker") == car
    assert workspace.find_before("the giraffe") is None
    assert workspace.head.number == 4
    workspace.undo(2)
    assert workspace.find_before("the car") is None


# ---- to look at


def test_thumbnails_are_srgb_and_kept(workspace: Workspace, folder: Path):
    with Image.open(io.BytesIO(workspace.thumbnail(longest=100))) as image:
        assert (image.format, image.size) == ("JPEG", (100, 50))
    again = workspace.thumbnail(longest=100)
    rendered = list((folder / "rendered").iterdir())
    assert len(rendered) == 1
    assert rendered[0].read_bytes() == again
    cut = np.dstack([workspace.picture().pixels, np.zeros((300, 600), np.uint8)])
    version = workspace.commit(workspace.picture().with_pixels(cut), edit={}, message="Cut out.")
    with Image.open(io.BytesIO(workspace.preview(version.id))) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (600, 300))


# ---- selections and attachments


def test_selections_come_back(workspace: Workspace, folder: Path):
    mask = np.zeros((300, 600), np.float32)
    mask[10:50, 20:80] = 1
    mask[9] = 100 / 255
    workspace.save_selection("door", mask, {"by": "click", "point": [30, 20]})
    with Workspace.open(folder) as again:
        selection = again.selection("door")
        np.testing.assert_array_equal(selection.mask, mask)
        assert (selection.origin["by"], selection.version) == ("click", workspace.root.id)
        assert [kept.name for kept in again.selections()] == ["door"]
        assert again.has_selection("door")
        again.delete_selection("door")
        assert not again.has_selection("door")
        for use in (again.selection, again.delete_selection):
            with pytest.raises(BadInputError, match="no selection"):
                use("door")
    with pytest.raises(BadInputError, match="size"):
        workspace.save_selection("small", mask[:5], {})


def test_attachments_come_back(workspace: Workspace):
    file = encoded(photo(20, 30), "PNG")
    identity = workspace.add_attachment("second.png", file)
    np.testing.assert_array_equal(workspace.attachment(identity).pixels, photo(20, 30))
    assert workspace.attachments() == [(identity, "second.png")]
    with pytest.raises(BadInputError, match=r"notes\.png"):
        workspace.add_attachment("notes.png", b"no picture")
    with pytest.raises(BadInputError, match="no attached"):
        workspace.attachment("nowhere")


# ---- the disk


def test_damage_is_one_sentence_and_stays_where_it_is(workspace: Workspace, folder: Path):
    before = _objects(folder)
    made = _dot(workspace, 200)
    (fresh,) = _objects(folder) - before
    sound = fresh.read_bytes()
    for damage in (b"", b"PNT1", sound[:-9], sound[:30] + bytes([sound[30] ^ 1]) + sound[31:], b"x" * len(sound)):
        fresh.write_bytes(damage)
        with Workspace.open(folder) as again:
            with pytest.raises(BadInputError, match="Version 2 is damaged"):
                again.picture(made.id)
            np.testing.assert_array_equal(again.picture(again.root.id).pixels, photo(300, 600))
            assert len(again.crop(Bounds(300, 0, 310, 10))) == 10
            with pytest.raises(BadInputError, match="damaged"):
                again.commit(
                    Patch(Bounds(5, 5, 6, 6), np.zeros((1, 1, 3), np.uint8)), edit={}, message="", parent=made.id
                )
    fresh.unlink()
    with Workspace.open(folder) as again, pytest.raises(BadInputError, match="damaged"):
        again.picture()


def test_storing_the_same_pixels_again_heals_a_damaged_tile(workspace: Workspace, folder: Path):
    picture = workspace.picture()
    victim = sorted(_objects(folder))[0]
    victim.write_bytes(b"PNT1 rotten")
    with Workspace.open(folder, cache_bytes=1) as again:
        with pytest.raises(BadInputError):
            again.picture()
        again.commit(picture, edit={}, message="The same once more.")
        np.testing.assert_array_equal(again.picture(again.root.id).pixels, picture.pixels)


def test_garbage_is_what_nothing_needs(workspace: Workspace, folder: Path):
    _dot(workspace, 1)
    mask = np.ones((300, 600), np.float32)
    workspace.save_selection("all", mask, {})
    workspace.add_attachment("a.png", encoded(photo(20, 30), "PNG"))
    kept = _objects(folder)
    workspace.save_selection("gone", mask * 0, {})
    workspace.delete_selection("gone")
    (folder / "objects" / "ab").mkdir(exist_ok=True)
    (folder / "objects" / "ab" / "half.part").write_bytes(b"123")
    before = workspace.disk_bytes()
    assert workspace.collect_garbage() > 3
    assert _objects(folder) == kept
    assert workspace.disk_bytes() < before
    assert workspace.selection("all").mask.all()


def test_a_full_disk_is_one_sentence_and_leaves_no_version(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    before = _objects(folder)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnavailableError, match="No space left"):
        _dot(workspace, 77)
    with pytest.raises(UnavailableError, match="No space left"):
        Workspace.create(folder.with_name("other"), Picture(photo(20, 20)), name="a")
    monkeypatch.undo()
    assert not folder.with_name("other").exists()
    assert len(workspace.versions()) == 1
    assert _objects(folder) == before
    assert _dot(workspace, 77).number == 2


def test_only_the_owner_may_look(workspace: Workspace, folder: Path):
    _dot(workspace, 1)
    workspace.thumbnail()
    for path in [folder, *folder.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_what_is_no_workspace(tmp_path: Path, folder: Path, workspace: Workspace):
    with pytest.raises(BadInputError, match="not a workspace"):
        Workspace.open(tmp_path)
    with pytest.raises(BadInputError, match="not empty"):
        Workspace.create(folder, Picture(photo(4, 4)), name="again")
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "workspace.sqlite3").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(BadInputError, match="no readable workspace"):
        Workspace.open(fake)
    (fake / "workspace.sqlite3").write_bytes(b"")
    with pytest.raises(BadInputError, match="never finished"):
        Workspace.open(fake)


def test_a_newer_workspace_is_left_alone(workspace: Workspace, folder: Path):
    workspace.close()
    connection = sqlite3.connect(folder / "workspace.sqlite3")
    connection.execute("INSERT INTO migrations VALUES (999)")
    connection.commit()
    connection.close()
    with pytest.raises(BadInputError, match="newer Pentimento"):
        Workspace.open(folder)


def test_deleting(workspace: Workspace, folder: Path):
    workspace.delete()
    assert not folder.exists()


def test_several_threads(workspace: Workspace):
    faults: list[BaseException] = []

    def write(value: int) -> None:
        try:
            for _ in range(8):
                made = _dot(workspace, value)
                assert workspace.crop(Bounds(0, 0, 1, 1), made.id).tolist() == [[[value] * 3]]
        except BaseException as error:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(error)

    def read() -> None:
        try:
            for _ in range(20):
                assert workspace.picture().extent == Extent(600, 300)
                assert workspace.versions()
                assert workspace.thumbnail(longest=40)
        except BaseException as error:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(error)

    threads = [threading.Thread(target=write, args=(value,)) for value in (10, 20, 30)]
    threads += [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert [version.number for version in workspace.versions()] == list(range(1, 26))


def test_memory_is_bounded(folder: Path):
    with Workspace.create(folder, Picture(photo(100, 100)), name="a") as workspace:
        for value in range(6):
            _dot(workspace, value)
        held = [version for version in workspace.versions() if workspace._cache.get(version.id) is not None]
        assert len(held) == 2


def test_an_opened_file_can_be_edited_and_saved(folder: Path):
    picture = open_picture(encoded(photo(100, 100), "JPEG", quality=80, icc_profile=display_p3()))
    with Workspace.create(folder, picture, name="a.jpg") as workspace:
        _dot(workspace, 9)
        assert workspace.picture().jpeg == picture.jpeg
        assert workspace.picture().icc == display_p3()


def test_what_opening_said_stays_with_the_edits_of_it(folder: Path):
    picture = Picture(photo(20, 30), notices=("CMYK was converted to RGB.",))
    with Workspace.create(folder, picture, name="a") as workspace, Workspace.open(folder) as cold:
        _dot(workspace, 1)
        assert workspace.picture().notices == cold.picture().notices == picture.notices
