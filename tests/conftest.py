"""Tests see nothing of the models and conversations of whoever runs them."""

from __future__ import annotations

import os
import tempfile

_HOME = tempfile.TemporaryDirectory(prefix="pentimento-tests-")
os.environ["PENTIMENTO_HOME"] = _HOME.name
os.environ.pop("PENTIMENTO_MODELS", None)
# read by huggingface_hub when it is first imported
os.environ["HF_HUB_CACHE"] = os.path.join(_HOME.name, "hub")
