"""Where this installation keeps what is a person's: conversations, downloaded models."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home_folder() -> Path:
    """PENTIMENTO_HOME, else the user's data folder. It need not exist yet."""
    chosen = os.environ.get("PENTIMENTO_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("pentimento"))
