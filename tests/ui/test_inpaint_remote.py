"""`pentimento inpaint --engine openai` against a loopback service, and what the doctor says of one."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from typer.testing import CliRunner, Result

from models.inpainting.remote.service import ADDRESS, KEY, OWN_KEY
from tests.models.inpainting.remote.conftest import SECRET
from tests.models.inpainting.remote.image_server import COLOUR, ImageServer, drifting, image_server, refuses
from ui.cli import app


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a photo that says where it was taken, and a mask."""
    from PIL import Image

    photo = Image.fromarray(skimage.data.coffee())
    exif = photo.getexif()
    exif[0x010E] = "SECRET-CAPTION"
    exif.get_ifd(0x8825)[1] = "SECRET-GPS"
    photo.save(tmp_path / "anna-at-home.jpg", exif=exif, quality=95)
    mask = np.zeros((400, 600), np.uint8)
    mask[160:260, 240:360] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageServer]:
    with image_server(drifting) as running:
        monkeypatch.setenv(ADDRESS, running.url)
        monkeypatch.setenv(OWN_KEY, SECRET)
        yield running


def inpaint(desk: Path, *more: str) -> Result:
    photo, mask, out = (str(desk / name) for name in ("anna-at-home.jpg", "mask.png", "out.png"))
    return CliRunner().invoke(app, ["inpaint", photo, mask, "-o", out, "--engine", "openai", *more])


def test_it_paints_and_nothing_of_the_file_goes_out(
    desk: Path, server: ImageServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        done = inpaint(desk, "--prompt", "a blue ball")
    assert done.exit_code == 0, done.output
    assert "with openai" in done.output
    assert server.host in done.output
    assert "1,300 tokens" in done.output
    before = np.asarray(cv2.imread(str(desk / "anna-at-home.jpg")))
    after = np.asarray(cv2.imread(str(desk / "out.png")))
    outside = np.asarray(cv2.imread(str(desk / "mask.png"), cv2.IMREAD_GRAYSCALE)) == 0
    assert np.array_equal(before[outside], after[outside])
    assert np.abs(after[210, 300, ::-1].astype(int) - COLOUR).max() < 12
    order = server.orders[0]
    everything = order.raw + json.dumps(order.headers).encode()
    for private in (b"SECRET-CAPTION", b"SECRET-GPS", b"anna", b"Exif", str(desk).encode()):
        assert private not in everything
    assert SECRET not in done.output + done.stderr + caplog.text
    for file in desk.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()


def test_what_leaves_the_machine_is_said_on_standard_error(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the attempt, and also when the service cannot be reached."""
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:9/v1")
    assert "leave this machine" not in inpaint(desk).stderr, "a service on this machine is no elsewhere"
    monkeypatch.setenv(ADDRESS, "http://127.1:9/v1")
    done = inpaint(desk)
    assert done.exit_code == 2
    assert "512×400 pixels around the mask leave this machine for 127.1:9, unencrypted" in done.stderr
    assert "could not be reached" in done.stderr
    assert not (desk / "out.png").exists()


def test_a_refusal_is_one_sentence(desk: Path, server: ImageServer) -> None:
    server.script[:] = [refuses(400, "moderation_blocked", f"{SECRET} safety_violations=[sexual]")]
    done = inpaint(desk, "--prompt", "something else")
    assert done.exit_code == 2
    assert "refuses to paint this by its own rules (sexual)" in done.stderr
    assert SECRET not in done.output + done.stderr
    assert "Traceback" not in done.output
    assert not (desk / "out.png").exists()


def test_the_doctor_says_whether_a_service_is_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path))

    def told() -> str:
        done = CliRunner().invoke(app, ["models", "doctor"])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    assert "OPENAI_API_KEY is not set" in told()
    monkeypatch.setenv(KEY, SECRET)
    assert "api.openai.com with gpt-image-2.5-sunburst, OPENAI_API_KEY is set" in told()
    monkeypatch.setenv(ADDRESS, f"https://me:{SECRET}@own.example:8443/v1")
    assert "own.example:8443 with" in told()
    assert SECRET not in told()
    shown = json.loads(CliRunner().invoke(app, ["models", "doctor", "--json"]).stdout)
    assert "own.example:8443" in shown["painting_service"]
    assert SECRET not in json.dumps(shown)


def edit(desk: Path, *more: str) -> Result:
    photo, mask, out = (str(desk / name) for name in ("anna-at-home.jpg", "mask.png", "out.png"))
    return CliRunner().invoke(app, ["edit", photo, "add a blue ball here", "--mask", mask, "-o", out, *more])


def test_an_edit_sends_nothing_until_a_flag_says_it_may(
    desk: Path, server: ImageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, server.url.replace("127.0.0.1", "127.1"))
    asked = edit(desk)
    assert asked.exit_code == 3
    assert "--allow-upload" in asked.output
    assert "this conversation" not in asked.output
    assert server.orders == []
    assert not (desk / "out.png").exists()
    done = edit(desk, "--allow-upload")
    assert done.exit_code == 0, done.output + done.stderr
    assert "pixels around the mask leave this machine for 127.1:" in done.stderr
    assert len(server.orders) == 1
    after = np.asarray(cv2.imread(str(desk / "out.png")))
    assert np.abs(after[210, 300, ::-1].astype(int) - COLOUR).max() < 12
    helped = " ".join(CliRunner().invoke(app, ["edit", "--help"], terminal_width=200).output.split())
    assert "--allow-upload" in helped
