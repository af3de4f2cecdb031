"""The command line as its users meet it: real files, exit codes, one sentence when something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner, Result

from models.geometry import Extent
from tools.selections.coco_reading import read_coco
from ui.cli import app

runner = CliRunner()


def run(*arguments: object) -> Result:
    return runner.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    canvas = np.zeros((512, 512), np.uint8)
    cv2.circle(canvas, (400, 100), 30, 255, -1)
    path = tmp_path / "mask.png"
    Image.fromarray(canvas).save(path)
    return path


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_edit_changes_the_picture_and_reports_every_step(photo: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "out.png", tmp_path / "r.json"
    done = run("edit", photo, "make it a bit brighter and crop to square", "-o", out, "--report", report)
    assert done.exit_code == 0, done.output
    told = json.loads(report.read_text())
    assert [step["op"] for step in told["plan"]] == ["adjust", "crop"]
    assert [step["op"] for step in told["steps"]] == ["adjust", "crop"]
    keys = {"op", "engine", "selection", "mask_area", "outside_max_diff", "seconds", "verdict"}
    assert all(keys <= set(step) for step in told["steps"])
    assert pixels(out).mean() > data.astronaut().mean()


def test_a_mask_bounds_the_edit_exactly(photo: Path, mask: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    assert run("edit", photo, "remove this", "-o", out, "--mask", mask).exit_code == 0
    before, after, selected = pixels(photo), pixels(out), pixels(mask)
    assert (before[selected == 0] == after[selected == 0]).all()
    assert (before[selected == 255] != after[selected == 255]).any()


def test_recolor_and_inpaint_take_a_mask(photo: Path, mask: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.png"
    cv2.imwrite(str(elsewhere), cv2.flip(np.asarray(cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE)), -1))
    for command in (
        ["recolor", photo, mask, "#1F3A93", "-o", tmp_path / "a.png"],
        ["inpaint", photo, mask, "-o", tmp_path / "b.png", "--engine", "patchmatch"],
        ["inpaint", photo, mask, "-o", tmp_path / "c.png"],
        ["inpaint", photo, mask, "--from", elsewhere, "-o", tmp_path / "d.png"],
    ):
        done = run(*command)
        assert done.exit_code == 0, done.output
        after = pixels(Path(str(command[-1] if command[-2] == "-o" else command[command.index("-o") + 1])))
        outside = pixels(mask) == 0
        assert (pixels(photo)[outside] == after[outside]).all()


def test_a_seed_repeats_a_result(photo: Path, mask: Path, tmp_path: Path) -> None:
    outs = [tmp_path / f"{name}.png" for name in "abc"]
    for out, seed in zip(outs, (4, 4, 5), strict=True):
        assert run("inpaint", photo, mask, "-o", out, "--engine", "patchmatch", "--seed", seed).exit_code == 0
    assert (pixels(outs[0]) == pixels(outs[1])).all()


def test_what_it_cannot_know_is_asked_and_nothing_is_written(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    done = run("edit", photo, "change the color", "-o", out)
    assert done.exit_code == 3
    assert "?" in done.output
    assert not out.exists()


def test_segment_writes_a_mask_or_nothing(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.png"
    done = run("segment", photo, "--point", "230,120", "-o", out, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["candidates"][0]["area"] > 500
    assert told["engine"] == "weight-free"
    assert "download" in told["engine_reason"]
    written = pixels(out)
    assert written.dtype == np.uint8
    assert written.shape == (512, 512)
    assert written[120, 230] == 255
    nothing = tmp_path / "n.png"
    done = run("segment", photo, "--text", "the green giraffe", "-o", nothing)
    assert done.exit_code == 3
    assert not nothing.exists()


def test_segment_writes_what_it_found_as_coco(photo: Path, tmp_path: Path) -> None:
    png, coco = tmp_path / "m.png", tmp_path / "m.json"
    assert run("segment", photo, "--point", "230,120", "-o", png).exit_code == 0
    assert run("segment", photo, "--point", "230,120", "-o", coco).exit_code == 0
    region = read_coco(coco.read_bytes(), Extent(512, 512), photo.name).regions[0]
    assert np.array_equal(region.mask, pixels(png) >= 128)
    assert run("segment", photo, "--point", "230,120", "-o", tmp_path / "m.tif").exit_code == 2


def test_plan_reads_one_request_or_a_file_of_them(tmp_path: Path) -> None:
    done = run("plan", "remove the car and make the mug #1F3A93")
    assert json.loads(done.output)["plan"] == [
        {"op": "remove", "target": "car", "value": None},
        {"op": "recolor", "target": "mug", "value": "#1F3A93"},
    ]
    rows, predicted = tmp_path / "rows.jsonl", tmp_path / "pred.jsonl"
    rows.write_text(
        json.dumps({"id": "a", "text": "blur the background"})
        + "\n"
        + json.dumps({"id": "b", "text": "undo that", "context": [{"role": "user", "text": "remove the dog"}]})
    )
    assert run("plan", "--input", rows, "--output", predicted).exit_code == 0
    found = [json.loads(line) for line in predicted.read_text().splitlines()]
    assert [(row["id"], row["plan"][0]["op"]) for row in found] == [("a", "blur"), ("b", "undo")]


def test_batch_edits_a_folder_and_goes_on_where_it_was(tmp_path: Path) -> None:
    source, target, recipe = tmp_path / "in", tmp_path / "out", tmp_path / "r.json"
    source.mkdir()
    for name in ("a.png", "b.jpg"):
        Image.fromarray(data.coffee()).save(source / name)
    (source / "broken.png").write_bytes(b"no picture")
    recipe.write_text(json.dumps([{"op": "adjust", "value": "brighter"}, {"op": "crop", "value": "square"}]))
    done = run("batch", recipe, source, target, "--workers", 1)
    assert done.exit_code == 2
    assert "2 done" in done.output
    assert "1 failed" in done.output
    assert pixels(target / "a.png").shape == (400, 400, 3)
    again = run("batch", recipe, source, target, "--workers", 1)
    assert "0 done, 2 already there" in again.output


def broken(kind: str, folder: Path) -> Path:
    whole = folder / "whole.png"
    Image.fromarray(data.astronaut()).save(whole)
    path = folder / f"{kind}.png"
    content = {
        "truncated": whole.read_bytes()[:5000],
        "corrupt": whole.read_bytes()[:200] + bytes(3000) + whole.read_bytes()[3200:],
        "zero": b"",
        "text": b"Dear sir or madam,\n" * 20,
    }
    if kind == "missing":
        return path
    if kind == "huge":
        return giant(path)
    path.write_bytes(content[kind])
    return path


def giant(path: Path) -> Path:
    """A PNG whose header promises 200 megapixels."""
    import struct
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 20_000, 10_000, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(60_001) * 100)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b""))
    return path


def assert_one_sentence(done: Result) -> None:
    assert done.exit_code == 2, done.output
    text = done.output.strip()
    assert "\n" not in text
    assert "Traceback" not in text
    assert text.endswith((".", "?"))


@pytest.mark.parametrize("kind", ["truncated", "corrupt", "zero", "text", "missing", "huge"])
def test_broken_pictures_are_one_sentence(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    assert_one_sentence(run("edit", broken(kind, tmp_path), "make it brighter", "-o", out))
    assert not out.exists()


@pytest.mark.parametrize("size", [(1, 1), (1, 10_000), (10_000, 1), (3, 3)])
@pytest.mark.parametrize("text", ["make it brighter", "blur it", "make it black and white"])
def test_odd_sizes_work(size: tuple[int, int], text: str, tmp_path: Path) -> None:
    source, out = tmp_path / "in.png", tmp_path / "out.png"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)).save(source)
    done = run("edit", source, text, "-o", out)
    assert done.exit_code == 0, done.output
    assert pixels(out).shape[:2] == (size[1], size[0])


def test_bad_arguments_are_one_sentence(photo: Path, mask: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    empty, small = tmp_path / "empty.png", tmp_path / "small.png"
    Image.fromarray(np.zeros((512, 512), np.uint8)).save(empty)
    Image.fromarray(np.full((100, 100), 255, np.uint8)).save(small)
    for command in (
        ["edit", photo, "", "-o", out],
        ["edit", photo, "   ", "-o", out],
        ["edit", photo, "brighter " * 1200, "-o", out],
        ["edit", photo, "remove this", "-o", out, "--mask", empty],
        ["edit", photo, "remove this", "-o", out, "--mask", small],
        ["edit", photo, "remove this", "-o", out, "--mask", mask, "--point", "3,4"],
        ["edit", photo, "remove this", "-o", out, "--point", "9000,4"],
        ["edit", photo, "remove this", "-o", out, "--point", "a,b"],
        ["edit", photo, "remove this", "-o", out, "--box", "3,4,3,4"],
        ["edit", photo, "make the orange suit blurple", "-o", out],
        ["edit", photo, "make the orange suit #GG1234", "-o", out],
        ["edit", photo, "brighter", "-o", out, "--planner", "psychic"],
        ["edit", photo, "brighter", "-o", tmp_path / "no" / "such" / "folder" / "out.png"],
        ["edit", photo, "brighter", "-o", tmp_path / "out.xyz"],
        ["edit", photo, "brighter", "-o", out, "--report", tmp_path / "no" / "report.json"],
        ["edit", photo, "brighter", "-o", out, "--report", out],
        ["edit", photo, "brighter", "-o", out, "--report", photo],
        ["recolor", photo, mask, "blurple-ish nonsense", "-o", out],
        ["recolor", photo, mask, "", "-o", out],
        ["inpaint", photo, empty, "-o", out],
        ["inpaint", photo, mask, "-o", out, "--engine", "magic"],
        ["inpaint", photo, mask, "-o", out, "--engine", "magic", "--prompt", "a teapot"],
        ["inpaint", photo, mask, "-o", out, "--engine", "patchmatch", "--prompt", "a teapot"],
        ["segment", photo, "-o", out],
        ["segment", photo, "--text", "", "-o", out],
        ["plan", ""],
        ["batch", tmp_path / "none.json", tmp_path, tmp_path / "out"],
    ):
        done = run(*command)
        assert done.exit_code == 2, (command[:3], done.exit_code, done.output)
        assert_one_sentence(done)
        assert not out.exists()


def test_a_folder_is_no_output(photo: Path, tmp_path: Path) -> None:
    done = run("edit", photo, "brighter", "-o", tmp_path)
    assert done.exit_code == 2
    assert "is a folder" in done.output


def test_an_empty_colour_is_said_to_be_missing(photo: Path, mask: Path, tmp_path: Path) -> None:
    done = run("recolor", photo, mask, " ", "-o", tmp_path / "out.png")
    assert done.output.strip() == "The value is missing: say what it should be."


def test_a_prompt_that_nothing_here_can_paint_is_not_passed_over(
    photo: Path, mask: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path / "models"))
    out = tmp_path / "out.png"
    done = run("inpaint", photo, mask, "-o", out, "--prompt", "a teapot")
    assert done.exit_code == 2
    assert "'a teapot' has to be painted" in done.output
    assert not out.exists()


@pytest.mark.parametrize("context", [["make it red"], [{"role": "user"}], 3])
def test_a_row_with_a_broken_context_is_one_sentence(context: object, tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.jsonl", tmp_path / "pred.jsonl"
    rows.write_text(json.dumps({"id": 1, "text": "brighter", "context": context}) + "\n")
    done = run("plan", "--input", rows, "--output", out)
    assert done.exit_code == 2
    assert_one_sentence(done)
    assert not out.exists()


def test_what_the_formats_give_up_is_told_beside_the_result(photo: Path, mask: Path, tmp_path: Path) -> None:
    ink, deep = tmp_path / "ink.jpg", tmp_path / "deep.png"
    with Image.open(photo) as image:
        image.convert("CMYK").save(ink)
    cv2.imwrite(str(deep), data.astronaut().astype(np.uint16) * 257)
    done = run("edit", ink, "brighter", "-o", tmp_path / "a.jpg")
    assert done.exit_code == 0
    assert "CMYK without a usable profile" in done.stderr
    assert len(done.stdout.splitlines()) == 1
    done = run("recolor", deep, mask, "navy", "-o", tmp_path / "b.jpg")
    assert done.exit_code == 0
    assert "JPEG holds 8 bits a sample" in done.stderr
    assert not run("recolor", deep, mask, "navy", "-o", tmp_path / "c.png").stderr


def test_a_batch_that_cannot_begin_makes_no_folder(photo: Path, tmp_path: Path) -> None:
    recipe, out = tmp_path / "recipe.json", tmp_path / "results"
    recipe.write_text('[{"op": "adjust", "value": "brighter"}]')
    done = run("batch", recipe, photo.parent, out, "--engine", "moon")
    assert done.exit_code == 2
    assert not out.exists()


def test_a_named_engine_is_no_reason(photo: Path, mask: Path, tmp_path: Path) -> None:
    done = run("inpaint", photo, mask, "-o", tmp_path / "out.png", "--engine", "telea")
    assert done.exit_code == 0, done.output
    assert done.output.strip().endswith("with telea: nothing outside the mask changed.")


def test_what_is_blacked_out_has_no_earlier_versions_on_the_command_line(
    photo: Path, mask: Path, tmp_path: Path
) -> None:
    done = run("edit", photo, "black this out", "-o", tmp_path / "out.png", "--mask", mask)
    assert done.exit_code == 0, done.output
    assert "Blacked out" in done.output
    assert "arlier versions" not in done.output


def test_a_batch_takes_every_suffix_that_can_be_saved(tmp_path: Path) -> None:
    source, recipe = tmp_path / "in", tmp_path / "recipe.json"
    source.mkdir()
    recipe.write_text('[{"op": "adjust", "value": "black and white"}]')
    small = Image.fromarray(data.astronaut()[100:160, 200:280])
    names = ("a.gif", "b.jfif", "c.jpe", "d.JPG", "e.bmp")
    for name in names:
        small.save(source / name, {"gif": "GIF", "bmp": "BMP"}.get(name[2:], "JPEG"))
    pillow_heif.from_pillow(small).save(source / "f.hif")
    (source / "notes.txt").write_text("no picture")
    done = run("batch", recipe, source, tmp_path / "out", "--workers", 1)
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*names, "f.hif", "batch.jsonl"}


def test_what_needs_no_words_loads_no_planner(photo: Path, mask: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    program = (
        "import sys\n"
        "from ui.cli import app\n"
        f"app(['recolor', {str(photo)!r}, {str(mask)!r}, 'navy', '-o', {str(out)!r}], standalone_mode=False)\n"
        "print([name for name in ('langgraph', 'langchain_core', 'torch', 'agent') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr
    assert out.exists()
