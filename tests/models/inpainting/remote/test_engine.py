"""Painting by a service: what goes out, what is put back."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.metrics import peak_signal_noise_ratio

from models import mask as masks
from models.geometry import Bounds, Extent
from models.inpainting.choose import all_engines, available_engines, engine_named
from models.inpainting.commission import Commission, Intent
from models.inpainting.filling import fill_hole
from models.inpainting.painters import available_painters, painter_named
from models.inpainting.remote.engine import OpenAI
from models.inpainting.remote.service import ADDRESS, KEY, MODEL, OWN_KEY, QUALITY, Service, told_of_service
from models.progress import SILENT, Progress
from tests.models.inpainting.remote.conftest import SECRET
from tests.models.inpainting.remote.image_server import COLOUR, ImageServer, answer, drifting, edits, painted, png

Serve = Callable[..., ImageServer]


def fill(engine: OpenAI, photo: np.ndarray, hole: np.ndarray, prompt: str | None = "a blue ball") -> np.ndarray:
    return engine.fill(photo, hole, seed=1, progress=SILENT, prompt=prompt)


def test_it_paints_in_the_hole_and_nowhere_else(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    server = serve(edits)
    filled = fill(OpenAI(), photo, hole)
    assert np.array_equal(filled[hole == 0], photo[hole == 0])
    assert np.abs(filled[255, 365].astype(int) - COLOUR).max() <= 8
    order = server.orders[0]
    assert order.path == "/v1/images/edits"
    assert "a blue ball" in order.fields["prompt"]
    assert order.fields["n"] == "1"
    assert order.headers["authorization"] == f"Bearer {SECRET}"


def test_what_the_service_moves_zooms_and_brightens_is_moved_back(
    serve: Serve, photo: np.ndarray, hole: np.ndarray
) -> None:
    """The rim of the disc must come out where a faithful painter puts it."""
    serve(edits)
    faithful = fill(OpenAI(), photo, hole)
    serve(drifting)
    moved = fill(OpenAI(), photo, hole)
    assert np.array_equal(moved[hole == 0], photo[hole == 0])
    inside = hole > 0
    assert peak_signal_noise_ratio(faithful[inside], moved[inside]) > 28


def test_a_large_picture_is_never_sent_whole(serve: Serve) -> None:
    server = serve(edits)
    large = np.tile(data.astronaut(), (6, 8, 1))
    hole = np.zeros(large.shape[:2], np.float32)
    hole[1000:1300, 2000:2200] = 1.0
    filled = fill(OpenAI(), large, hole)
    assert np.array_equal(filled[hole == 0], large[hole == 0])
    sent = Extent.of(server.orders[0].picture())
    assert sent.pixels <= 1_600_000
    assert server.orders[0].fields["size"] == f"{sent.width}x{sent.height}"
    assert len(server.orders[0].raw) < 5_000_000


def test_the_mask_is_transparent_where_it_may_paint_and_a_little_wider(
    serve: Serve, photo: np.ndarray, hole: np.ndarray
) -> None:
    server = serve(edits)
    fill(OpenAI(), photo, hole)
    mask = server.orders[0].picture("mask")
    assert mask.shape == (*server.orders[0].picture().shape[:2], 4)
    assert set(np.unique(mask[..., 3])) == {0, 255}
    free = masks.bounds((mask[..., 3] == 0).astype(np.float32))
    scale = mask.shape[0] / 512
    assert 8 <= free.width - 130 * scale <= 48
    assert 8 <= free.height - 150 * scale <= 48


def test_nothing_but_samples_goes_out(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    """No metadata chunk, no text, and names that we made."""
    server = serve(edits)
    fill(OpenAI(commission=Commission(references=(photo[:64, :64],))), photo, hole)
    order = server.orders[0]
    names = [name for files in order.files.values() for name, _ in files]
    assert names == ["picture.png", "reference-1.png", "mask.png"]
    for files in order.files.values():
        for _, content in files:
            chunks = set()
            at = 8
            while at < len(content):
                size = int.from_bytes(content[at : at + 4], "big")
                chunks.add(content[at + 4 : at + 8])
                at += size + 12
            assert chunks == {b"IHDR", b"IDAT", b"IEND"}


def test_what_is_to_be_removed_does_not_go_out(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    """The crop is filled by our own engine first."""
    loud = photo.copy()
    loud[hole > 0] = (255, 0, 255)
    server = serve(edits)
    fill(OpenAI(), loud, hole, prompt=None)
    sent = server.orders[0].picture().astype(int)
    assert not ((sent[..., 0] > 200) & (sent[..., 1] < 90) & (sent[..., 2] > 200)).any()
    assert "Add nothing" in server.orders[0].fields["prompt"]


def test_what_is_to_be_reworked_goes_out_as_it_is(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    loud = photo.copy()
    loud[hole > 0] = (255, 0, 255)
    server = serve(edits)
    told = Commission(prompt="leather", negative_prompt="seams", intent=Intent.REWORK)
    fill(OpenAI(commission=told), loud, hole, prompt=None)
    sent = server.orders[0].picture().astype(int)
    assert ((sent[..., 0] > 200) & (sent[..., 1] < 90) & (sent[..., 2] > 200)).mean() > 0.05
    assert "leather" in server.orders[0].fields["prompt"]
    assert "Avoid: seams." in server.orders[0].fields["prompt"]


def test_sixteen_bits_stay_sixteen_bits(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    serve(edits)
    deep = (photo.astype(np.int32) * 257 - 3 * (photo > 5)).astype(np.uint16)
    filled = fill(OpenAI(), deep, hole)
    assert filled.dtype == np.uint16
    assert np.array_equal(filled[hole == 0], deep[hole == 0])
    assert np.abs(filled[255, 365] / 257 - COLOUR).max() <= 8


@pytest.mark.parametrize("shape", [(30, 30), (1, 1), (20, 900), (900, 20)])
def test_odd_pictures(serve: Serve, shape: tuple[int, int]) -> None:
    """As small as one pixel, or all hole."""
    serve(edits)
    photo = np.full((*shape, 3), 90, np.uint8)
    filled = fill(OpenAI(), photo, np.ones(shape, np.float32))
    assert filled.shape == photo.shape


def test_another_size_of_the_same_shape_is_resampled(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    serve(lambda received: answer(np.asarray(Image.fromarray(painted(received)).resize((512, 512)))))
    filled = fill(OpenAI(), photo, hole)
    assert np.abs(filled[255, 365].astype(int) - COLOUR).max() <= 8


def test_the_picture_may_come_as_an_address_of_the_same_server(
    serve: Serve, photo: np.ndarray, hole: np.ndarray
) -> None:
    """It is fetched without the key."""
    server = serve(edits)

    def elsewhere(received):
        server.files["/made.png"] = png(painted(received))
        return answer(painted(received), data=[{"url": server.url.replace("/v1", "/made.png")}])

    server.script[:] = [elsewhere]
    filled = fill(OpenAI(), photo, hole)
    assert np.abs(filled[255, 365].astype(int) - COLOUR).max() <= 8
    assert len(server.fetched) == 1
    assert SECRET not in str(server.fetched)


@pytest.mark.parametrize("model", ["gpt-image-1.5", "gpt-image-1-mini"])
def test_older_models_get_a_size_they_have(serve: Serve, photo: np.ndarray, hole: np.ndarray, model: str) -> None:
    server = serve(edits)
    filled = fill(OpenAI(model), photo, hole)
    assert server.orders[0].fields["size"] in {"1024x1024", "1536x1024", "1024x1536"}
    assert server.orders[0].fields["model"] == model
    assert np.abs(filled[255, 365].astype(int) - COLOUR).max() <= 8


def test_a_busy_server_is_asked_again_when_it_says(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    from tests.models.inpainting.remote.image_server import refuses

    server = serve(refuses(429, "rate_limit_exceeded", "slow down", retry_after="1"), edits)
    filled = fill(OpenAI(), photo, hole)
    assert len(server.orders) == 2
    assert np.abs(filled[255, 365].astype(int) - COLOUR).max() <= 8


def test_it_is_told_before_what_leaves_the_machine(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, photo: np.ndarray, hole: np.ndarray
) -> None:
    monkeypatch.setenv(KEY, SECRET)
    notice = OpenAI().notice(Bounds(1000, 1000, 1200, 1300), Extent(4000, 3000))
    assert "512×550 pixels" in notice
    assert "leave this machine for api.openai.com" in notice
    assert "quality medium" in notice
    assert "https://openai.com/api/pricing/" in notice
    monkeypatch.setenv(ADDRESS, "http://gpu.example:8000/v1")
    assert "leave this machine for gpu.example:8000, unencrypted" in OpenAI().notice(Bounds(0, 0, 9, 9), Extent(99, 99))
    server = serve(edits)
    labels: list[str] = []
    sent_when_told: list[int] = []

    def listen(fraction: float, label: str) -> None:
        labels.append(label)
        sent_when_told.append(len(server.orders))

    OpenAI().fill(photo, hole, seed=0, progress=Progress(listen), prompt="x")
    told = next(at for at, label in enumerate(labels) if "512×512 pixels" in label)
    assert sent_when_told[told] == 0


def test_it_is_listed_but_never_chosen_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "openai" in all_engines()
    assert "openai" not in available_painters()
    monkeypatch.setenv(KEY, SECRET)
    assert available_painters()[-1] == "openai"
    assert "openai" not in available_engines()
    assert engine_named("openai:gpt-image-2").name == "openai:gpt-image-2"
    assert painter_named("openai:x", Commission()).is_available


def test_the_report_says_who_painted_and_what_it_counted(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    server = serve(edits)
    done = fill_hole(photo, hole, seed=0, progress=SILENT, engine="openai:some-model", prompt="a ball")
    assert done.engine == "openai:some-model"
    assert f"painted by some-model at {server.host}. It counted 1,300 tokens." in done.reason


def test_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """One's own service is never given OpenAI's key, and the address' password is never shown."""
    assert not OpenAI().is_available
    assert "nothing is ever sent" in told_of_service()
    monkeypatch.setenv(KEY, SECRET)
    assert Service.configured().key() == SECRET
    assert "api.openai.com" in told_of_service()
    monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example/v1")
    assert Service.configured().host == "proxy.example"
    monkeypatch.setenv(ADDRESS, "https://me:hunter2@own.example:8443/v1?token=hunter2")
    monkeypatch.setenv(MODEL, "flux")
    monkeypatch.setenv(QUALITY, "high")
    own = Service.configured()
    assert (own.host, own.model, own.quality) == ("own.example:8443", "flux", "high")
    assert own.key() == "none"
    assert "hunter2" not in told_of_service() + OpenAI().notice(Bounds(0, 0, 9, 9), Extent(99, 99)) + OpenAI().terms
    monkeypatch.setenv(OWN_KEY, "own-key")
    assert own.key() == "own-key"
    for text in (repr(own), repr(OpenAI()), str(vars(OpenAI())), told_of_service()):
        assert "own-key" not in text
        assert SECRET not in text


def test_the_client_package_is_loaded_only_when_it_paints() -> None:
    import subprocess
    import sys

    code = "import sys, models.inpainting.choose; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pictures_that_come_back_are_decoded_with_their_own_format(
    serve: Serve, photo: np.ndarray, hole: np.ndarray
) -> None:
    import base64

    def as_webp(received):
        target = io.BytesIO()
        Image.fromarray(painted(received)).save(target, "WEBP", quality=95)
        return answer(painted(received), data=[{"b64_json": base64.b64encode(target.getvalue()).decode()}])

    serve(as_webp)
    assert np.abs(fill(OpenAI(), photo, hole)[255, 365].astype(int) - COLOUR).max() <= 12
