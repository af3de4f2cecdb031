from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_imports_only_go_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_names_a_machine_or_a_registry() -> None:
    parts = (
        "/wo" + "rk/",
        "/opt/" + "wheels",
        "py" + "pi.org",
        "files.python" + "hosted",
        "registry.npm" + "js",
    )
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for name in filter(None, listed):
        text = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        assert not any(part.encode() in text for part in parts), name
