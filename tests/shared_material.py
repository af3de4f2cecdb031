"""Where the evaluation material lies when it is there: beside the checkout, never inside it."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[1].parent / "shared"
SHARED: Path | None = _FOLDER if (_FOLDER / "eval").is_dir() else None

needs_shared = pytest.mark.skipif(SHARED is None, reason="the evaluation material is not beside this checkout")
