"""What a patch is, and how kernels over patches are compiled."""

from __future__ import annotations

from typing import Any

RADIUS = 3
SIDE = 2 * RADIUS + 1
SAMPLES = SIDE * SIDE * 3  # Lab samples of one patch

# Lazily compiled, kept on disk between runs, and free of the interpreter lock so that threads help.
# fastmath is what lets LLVM vectorise the sums; no kernel here meets a NaN or an infinity.
JIT: dict[str, Any] = {"nogil": True, "cache": True, "fastmath": True}
