"""Painting from the command line and in a conversation, with a tiny model of the real architecture in the store."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from typer.testing import CliRunner, Result

from agent.planners import choose_planner
from agent.studio import Studio
from ui.cli import app


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "coffee.png"
    cv2.imwrite(str(path), skimage.data.coffee()[60:300, 120:480, ::-1])
    return path


def edit(photo: Path, text: str, out: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["edit", str(photo), text, "-o", str(out), "--planner", "offline", *more])


def read(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path)))


def test_a_tree_in_a_box_from_the_command_line(painter_here: Path, photo: Path, tmp_path: Path) -> None:
    del painter_here
    outs = [tmp_path / f"{name}.png" for name in "ab"]
    report = tmp_path / "report.json"
    for out in outs:
        done = edit(photo, "add a tree", out, "--box", "200,40,300,180", "--seed", "4", "--report", str(report))
        assert done.exit_code == 0, done.output
        assert "Added a tree." in done.output
    before, after = read(photo), read(outs[0])
    changed = (before != after).any(axis=2)
    assert changed[60:160, 220:280].mean() > 0.9
    changed[40:181, 200:301] = False
    assert not changed.any()
    assert np.array_equal(after, read(outs[1])), "the same seed paints the same"
    (step,) = json.loads(report.read_text())["steps"]
    assert step["engine"] == "diffusion:fast"
    assert step["outside_max_diff"] == 0
    assert "seed 4" in step["verdict"]


def test_without_a_painter_the_command_line_says_what_to_get(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path / "models"))
    done = edit(photo, "add a tree", tmp_path / "x.png", "--box", "200,40,300,180")
    assert done.exit_code != 0
    assert "pentimento models download sd15-inpainting" in " ".join(done.output.split())
    assert "Traceback" not in done.output
    assert not (tmp_path / "x.png").exists()


def test_a_conversation_paints_where_the_box_was_drawn_and_again_where_it_is_dragged(
    painter_here: Path, photo: Path, tmp_path: Path
) -> None:
    del painter_here
    conversation = Studio(tmp_path / "home", choose_planner("offline")).create(photo.read_bytes(), "coffee.png")
    strokes = {"width": 360, "height": 240, "items": [{"kind": "box", "box": [20, 30, 89, 99]}]}
    job = conversation.say("put a teapot here", strokes=strokes)
    assert job.wait(240)
    assert job.state == "done", job.text
    root, first = conversation.workspace.versions()
    assert first.report is not None
    assert first.report["place"] == [20, 30, 90, 100]
    assert conversation.place_again([200, 120, 280, 200]).wait(240)
    head = conversation.workspace.head
    assert head.parent == root.id
    assert head.report is not None
    assert head.report["place"] == [200, 120, 280, 200]
    assert [message.role for message in conversation.messages()] == ["user", "assistant"] * 2
    assert conversation.place_again([4000, 1, 5000, 9]).wait(60)
    assert "outside the picture" in conversation.messages()[-1].text
    assert conversation.workspace.head.id == head.id
    conversation.close()
