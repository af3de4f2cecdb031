"""The house's front door for the app, the command line and the MCP server: conversations on disk."""

from __future__ import annotations

import os
import re
import shutil
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from agent.conversation import Conversation, Question
from agent.ideas import IdeaDesk
from agent.jobs import Job
from agent.looking import LookingPredictor
from agent.planners import OFFLINE, Planner, choose_planner
from agent.transcript import ChatMessage
from models.errors import BadInputError
from models.home import home_folder
from models.prompting.choose import Suggesters
from models.segmentation.choose import Predictors
from models.segmentation.protocol import Predictor
from models.weights.store import Store
from tools.pictures.picture import Picture
from tools.pictures.reading import open_picture
from tools.sight import Sight
from tools.workspace.workspace import Workspace

__all__ = ["ChatMessage", "Conversation", "Job", "Question", "Studio", "Summary"]

_ID = re.compile(r"[0-9a-f]{16}")  # ids are minted here, and nothing else is accepted


@dataclass(frozen=True)
class Summary:
    """One line of the list of recent conversations."""

    id: str
    title: str
    updated: str  # UTC, ISO 8601
    thumbnail: bytes


class Studio:
    """Opens, lists and creates conversations under one home folder. One per process.

    `keeps_versions` is False where the home is deleted once the work is done.
    """

    def __init__(
        self, home: Path | None = None, planner: Planner | None = None, *, keeps_versions: bool = True
    ) -> None:
        self.home = home or home_folder()
        self._keeps_versions = keeps_versions
        self.planner = planner or choose_planner(os.environ.get("PENTIMENTO_PLANNER", OFFLINE))
        self.predictors = Predictors(Store.default())
        self.suggesters = Suggesters(Store.default(), shared=self.predictors.ranker)
        self.ideas = IdeaDesk(self.suggesters)
        self._sight = Sight(self._predictor, kind=self.predictors.plan)
        self._open: dict[str, Conversation] = {}
        self._lock = threading.Lock()

    def _predictor(self) -> Predictor:
        """The best predictor here; where the planner sees, it is asked what words mean."""
        best = self.predictors()
        return LookingPredictor(best, self.planner) if self.planner.sees else best

    def create(self, data: bytes, filename: str) -> Conversation:
        """Start a conversation about a picture; raises BadInputError when it cannot be opened."""
        return self.create_from(open_picture(data, name=filename), filename)

    def create_from(self, picture: Picture, filename: str) -> Conversation:
        """Start a conversation about a picture that is already open."""
        identity = uuid.uuid4().hex[:16]
        folder = self._folder(identity)
        folder.mkdir(parents=True, mode=0o700)
        try:
            workspace = Workspace.create(folder / "workspace", picture, name=filename, durable=self._keeps_versions)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        conversation = self._keep(identity, workspace)
        conversation.rename(filename)
        for notice in picture.notices:
            conversation.note(notice)
        return conversation

    def open(self, conversation_id: str) -> Conversation:
        """An existing conversation; raises BadInputError when there is none of that id."""
        with self._lock:
            already = self._open.get(conversation_id)
        if already is not None:
            return already
        folder = self._folder(conversation_id) if _ID.fullmatch(conversation_id) else None
        if folder is None or not (folder / "workspace").is_dir():
            raise BadInputError("That conversation does not exist on this machine; start a new one.")
        return self._keep(conversation_id, Workspace.open(folder / "workspace"))

    def recent(self, most: int = 12) -> list[Summary]:
        """The conversations touched last, newest first. A damaged one is left out."""
        root = self.home / "conversations"
        if not root.is_dir():
            return []
        folders = [folder for folder in root.iterdir() if _ID.fullmatch(folder.name)]
        folders.sort(key=lambda folder: _touched(folder), reverse=True)
        found = []
        for folder in folders[:most]:
            try:
                conversation = self.open(folder.name)
                head = conversation.workspace.head
                found.append(
                    Summary(
                        folder.name,
                        conversation.title,
                        head.created,
                        conversation.workspace.thumbnail(head.id),
                    )
                )
            except BadInputError:
                continue
        return found

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with all its versions, for good."""
        conversation = self.open(conversation_id)
        if conversation.job is not None and conversation.job.state == "running":
            conversation.job.cancel()
            conversation.job.wait(10)
        with self._lock:
            self._open.pop(conversation_id, None)
        conversation.close()
        shutil.rmtree(self._folder(conversation_id))

    def _folder(self, conversation_id: str) -> Path:
        return self.home / "conversations" / conversation_id

    def _keep(self, identity: str, workspace: Workspace) -> Conversation:
        with self._lock:
            if identity not in self._open:
                self._open[identity] = Conversation(
                    self._folder(identity), workspace, self.planner, self._sight, keeps_versions=self._keeps_versions
                )
            return self._open[identity]


def _touched(folder: Path) -> float:
    chat = folder / "chat.sqlite"
    return chat.stat().st_mtime if chat.exists() else folder.stat().st_mtime
