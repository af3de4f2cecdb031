"""What an edit may lean on while it is performed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from models.progress import SILENT, Progress
from tools.edits.consent import Consent
from tools.edits.going import Going
from tools.sight import Sight
from tools.workspace.workspace import Workspace


@dataclass(frozen=True)
class EditContext:
    """The open workspace and everything that is not part of the request itself.

    `fresh_selection` names the selection that the person made together with this message, if any: it is what
    "this" means, and what an edit without words of its own applies to. `attachments` are the ids of pictures
    that came with the conversation, oldest first. `consent` is whether parts of the picture may be sent to a painting
    service. `keeps_versions` says whether the versions outlive the request, so that they can still be looked at on
    this machine. `going` is what else the message takes out. Time comes in as `clock` (seconds, monotonic).
    """

    workspace: Workspace
    sight: Sight
    progress: Progress = SILENT
    fresh_selection: str | None = None
    attachments: tuple[str, ...] = ()
    seed: int = 0  # for requests that name none
    consent: Consent = field(default_factory=Consent)
    keeps_versions: bool = True
    going: Going = field(default_factory=Going)
    clock: Callable[[], float] = field(default=time.monotonic)
