"""The page's flow without a browser: which screen, what is on it, what a message does."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from agent.studio import Conversation, Job
from tests.ui.conftest import ROOT
from ui.samples import samples
from ui.session import the_studio


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("PENTIMENTO_HOME", str(tmp_path))
    st.cache_resource.clear()
    yield AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    st.cache_resource.clear()


@pytest.fixture
def conversation(page: AppTest) -> Conversation:
    return the_studio().create(samples()[0].read(), "Astronaut.png")


def _run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def test_the_first_screen_asks_for_a_photo(page: AppTest) -> None:
    _run(page)
    assert not page.chat_input
    assert page.query_params == {}


def test_the_address_opens_the_editor(page: AppTest, conversation: Conversation) -> None:
    page.query_params["c"] = conversation.id
    _run(page)
    assert page.chat_input[0].placeholder == "Say what to change"
    assert samples()[0].ideas[0] in [button.label for button in page.button]


def test_an_unknown_address_leads_home_with_one_sentence(page: AppTest) -> None:
    page.query_params["c"] = "../../etc/passwd"
    _run(page)
    assert not page.chat_input
    assert page.query_params == {}
    assert page.toast[0].value == "That conversation does not exist on this machine; start a new one."


def test_a_message_becomes_a_job_and_then_a_version(page: AppTest, conversation: Conversation) -> None:
    page.query_params["c"] = conversation.id
    _run(page)
    page.chat_input[0].set_value("a bit brighter")
    _run(page)
    job = conversation.job
    assert job is not None
    assert job.wait(60)
    _run(page)
    assert job.state == "done"
    assert len(conversation.workspace.versions()) == 2
    assert [message.name for message in page.chat_message] == ["user", "assistant"]
    assert not page.chat_input[0].disabled


def test_marks_on_the_canvas_go_with_the_message_once(page: AppTest, conversation: Conversation) -> None:
    head = conversation.workspace.head
    strokes = {
        "version": head.id,
        "width": head.extent.width,
        "height": head.extent.height,
        "revision": 3,
        "items": [{"kind": "box", "box": [250, 400, 320, 500]}],
    }
    page.query_params["c"] = conversation.id
    page.session_state[f"canvas-{conversation.id}"] = {"strokes": strokes}
    _run(page)
    page.chat_input[0].set_value("make this green")
    _run(page)
    assert conversation.job is not None
    assert conversation.job.wait(60)
    assert conversation.workspace.has_selection("drawn")
    assert page.session_state[f"consumed-{conversation.id}"] == 3


def test_leave_to_send_is_asked_with_two_buttons(
    page: AppTest, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.models.inpainting.remote.image_server import edits, image_server

    with image_server(edits) as server:
        monkeypatch.setenv("PENTIMENTO_IMAGE_BASE_URL", server.url.replace("127.0.0.1", "127.1"))
        job = conversation.say(
            "add a blue ball here", mask=np.pad(np.ones((80, 80), np.float32), ((20, 412), (20, 412)))
        )
        assert job.wait(120)
        page.query_params["c"] = conversation.id
        _run(page)
        assert {"Send it", "Don't send"} <= {button.label for button in page.button}
        next(button for button in page.button if button.label == "Don't send").click()
        page.run()
        assert conversation.job is not None
        assert conversation.job.wait(120)
        _run(page)
        assert not {"Send it", "Don't send"} & {button.label for button in page.button}
        assert server.orders == []


def test_what_is_being_painted_is_shown_until_the_job_ends(page: AppTest, conversation: Conversation) -> None:
    shown, end = threading.Event(), threading.Event()

    def work(job: Job) -> None:
        progress = job.as_progress.part(0.1, 0.9)
        progress.report(0.5, "painting")
        assert progress.on_preview is not None
        progress.on_preview(np.full((90, 120, 3), (200, 40, 40), np.uint8))
        shown.set()
        end.wait(60)

    conversation.job = Job(work).start()
    assert shown.wait(10)
    page.query_params["c"] = conversation.id
    _run(page)
    (picture,) = [html for one in page.get("html") if 'class="emerging"' in (html := one.proto.body)]
    assert 'alt="What is being painted' in picture
    data = base64.b64decode(picture.partition("base64,")[2].partition('"')[0])
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (120, 90)
    end.set()
    assert conversation.job.wait(10)
    _run(page)
    assert not [one for one in page.get("html") if 'class="emerging"' in one.proto.body]
