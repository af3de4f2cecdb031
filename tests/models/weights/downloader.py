"""A process of its own that downloads one model, for the tests that kill it or let two of them run."""

from __future__ import annotations

import sys
from pathlib import Path

from models.weights.store import Store
from tests.models.weights.published_models import entry, release

if __name__ == "__main__":
    root, hub_url, model_id = sys.argv[1:4]
    models = {model.id: model for model in (entry(), release(hub_url))}
    print(Store(Path(root), models, cache=Path(root) / "no-cache").download(model_id))
