"""A real Streamlit server and a real Chromium for the browser tests; both skip with a reason when absent."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

ROOT = Path(__file__).resolve().parents[2]
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Visit:
    """A browser page and what went wrong in it: errors on its console, requests that left the machine."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def idle(self) -> None:
        """Wait until the page's script has run to its end."""
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)

    def watch(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:", "http://127.0.0.1:", "ws://127.0.0.1:")):
            self.foreign.append(request.url)


@contextmanager
def streamlit_server(script: Path, home: Path) -> Iterator[str]:
    """Serve `script` on a free loopback port until the block ends; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = dict(os.environ, PENTIMENTO_HOME=str(home), PYTHONPATH=str(ROOT))
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(url: str, server: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail("The Streamlit server did not start.")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail("The Streamlit server did not answer within a minute.")


@pytest.fixture(scope="module")
def canvas_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page that shows the canvas alone."""
    with streamlit_server(Path(__file__).with_name("canvas_page.py"), tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[[str], Visit]]:
    """Opens an address in a fresh browser profile and waits until the page is ready."""
    contexts = []

    def go(url: str) -> Visit:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
        contexts.append(context)
        seen = Visit(context.new_page(), url)
        seen.page.set_default_timeout(30_000)
        seen.page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.on("request", seen.watch)
        seen.page.goto(url)
        seen.idle()
        return seen

    yield go
    for context in contexts:
        context.close()
