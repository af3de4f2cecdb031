"""One person's open picture and what is said about it: messages in, jobs, versions and questions out."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from langchain_core.messages import AIMessageChunk, HumanMessage, ToolMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.constants import END
from langgraph.types import Command

from agent.edit_tools import AGREED, NONE_OF_THESE
from agent.jobs import Job
from agent.loop import build_agent
from agent.offline import is_reference
from agent.offline_planner import HAS_ATTACHMENT, HAS_SELECTION
from agent.planners import Planner
from agent.planning import plan_steps
from agent.transcript import ChatMessage, Transcript
from models.errors import BadInputError, CancelledError, PentimentoError, UnavailableError
from models.geometry import Bounds
from models.mask import Mask, to_uint8
from models.mask import bounds as bounds_of
from models.progress import SILENT
from tools.edits.again import place_again
from tools.edits.consent import Consent
from tools.edits.context import EditContext
from tools.edits.going import Going
from tools.grounding import candidate_name
from tools.pictures.writing import encode_picture, mime_of, natural_format, suffix_of
from tools.selections.selector import Selector
from tools.sight import Sight
from tools.workspace.selections import Selection
from tools.workspace.workspace import Workspace

LONGEST_MESSAGE = 4_000  # characters; nobody says more about one picture by hand
_LONGEST_ANSWER = 20_000  # characters of one turn; a model that says more has lost itself
_SILENCE = "The planner {} gave no answer, so nothing was changed; say it in other words."
DRAWN = "drawn"  # the name of the selection made with the last message
_NONE = re.compile(r"(?:no,? )?(?:none|neither)(?: of (?:these|them|those))?[.!]?")
_YES = re.compile(
    r"(?:yes|yeah|yep|sure|ok|okay|allow it|send it|go ahead|you may|do it|ja|oui|sí|si)(?:,? please)?[.!]*"
)
_NO = re.compile(
    r"(?:no|nope|never|don['’]?t|do not|don['’]?t send it|stop|cancel|nein|non)(?:,? thanks| thank you)?[.!]*"
)
_FACT_FRESH = "selection of the last request"
_FACT_CONSENT = "may send parts of the picture"
_NOT_IT = re.compile(r"(?:no|nope|nah|nein|non)[.!]*")
_NUMBER_WORDS = {"one": 1, "first": 1, "two": 2, "second": 2, "three": 3, "third": 3, "four": 4, "fourth": 4}


@dataclass(frozen=True)
class Outlined:
    """One numbered candidate of a question: where it lies, and its mask as an 8-bit PNG of the picture's size."""

    index: int  # from 1
    bounds: Bounds
    label: str
    mask: bytes


@dataclass(frozen=True)
class Question:
    """A question the conversation waits on, and the places it is about, in the order of their numbers.

    `consent`: it asks for leave to send a part of the picture away, and is answered by yes or no.
    """

    text: str
    candidates: tuple[Outlined, ...] = ()
    consent: bool = False


def now() -> str:
    """The present, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Conversation:
    """Messages about one workspace. One job at a time; safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        workspace: Workspace,
        planner: Planner,
        sight: Sight,
        *,
        keeps_versions: bool = True,
        clock: Callable[[], str] = now,
    ) -> None:
        self.id = folder.name
        self.workspace = workspace
        self.job: Job | None = None
        self.selector = Selector(workspace, sight)
        self._planner = planner
        self._sight = sight
        self._keeps_versions = keeps_versions
        self._told: Callable[[str], None] | None = None
        self._clock = clock
        connection = sqlite3.connect(folder / "chat.sqlite", check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        self._connection = connection
        self._transcript = Transcript(connection)
        self._agent = build_agent(
            planner, SqliteSaver(sqlite3.connect(folder / "plans.sqlite", check_same_thread=False))
        )
        self._going = Going()
        self._config: Any = {"configurable": {"thread_id": self.id}, "recursion_limit": 300}

    @property
    def title(self) -> str:
        """What the conversation is called: the name of its picture."""
        return self._transcript.fact("title") or self.id

    def rename(self, title: str) -> None:
        """Give it another title."""
        self._transcript.set_fact("title", title)

    def messages(self) -> list[ChatMessage]:
        """Everything said, oldest first."""
        return self._transcript.messages()

    def note(self, text: str) -> None:
        """Say something as the assistant, outside any job."""
        self._transcript.add(ChatMessage("assistant", text, self._clock(), self.workspace.head.id))

    @property
    def question(self) -> Question | None:
        """What the last turn waits for, if it does."""
        if self.job is not None and self.job.state == "running":
            return None
        pending = self._agent.get_state(self._config).interrupts
        if not pending:
            return None
        asked = pending[0].value
        shown = [
            _outlined(number, self.workspace.selection(name)) for number, name in enumerate(asked["candidates"], 1)
        ]
        return Question(asked["text"], tuple(shown), bool(asked.get("consent")))

    def selection_from(self, strokes: Mapping[str, Any], version_id: str | None = None) -> Mask:
        """The mask, H×W float32, that a drawing means on a version (the head by default), see `Selector.mask_from`."""
        return self.selector.mask_from(strokes, version_id)

    def select(self, strokes: Mapping[str, Any]) -> bytes | None:
        """The refined mask of a drawing on the head version as an 8-bit PNG; None when nothing is found."""
        try:
            return _png(self.selection_from(strokes))
        except BadInputError:
            return None

    def export(self, version_id: str | None = None, format: str | None = None) -> tuple[bytes, str, str]:
        """A version as a file: its bytes, MIME type and name. `format` is a name such as "PNG"; None keeps it."""
        picture = self.workspace.picture(version_id)
        chosen = format or natural_format(picture)
        return encode_picture(picture, chosen), mime_of(chosen), f"{Path(self.title).stem}{suffix_of(chosen)}"

    def keep_mask(self, mask: Mask, name: str = DRAWN) -> str:
        """Keep an exact mask as a selection; returns the name to refer to it by."""
        self.workspace.save_selection(name, np.asarray(mask, np.float32), {"by": "mask"})
        return name

    def context(self, job: Job | None = None, fresh: str | None = None, seed: int = 0) -> EditContext:
        """What an edit of this conversation may lean on."""
        progress = job.as_progress if job else SILENT
        attachments = self._transcript.attachments()
        return EditContext(
            self.workspace,
            self._sight,
            progress,
            fresh,
            attachments,
            seed,
            self._consent(),
            self._keeps_versions,
            self._going,
        )

    def plan_for(self, text: str) -> list[dict[str, Any]]:
        """The steps that this conversation's planner reads in a text, as if it were the first message."""
        drawn = any(selection.name == DRAWN for selection in self.workspace.selections())
        return plan_steps(self._planner, text, has_selection=drawn)

    def say(
        self,
        text: str,
        *,
        strokes: Mapping[str, Any] | None = None,
        mask: Mask | None = None,
        attachments: Sequence[tuple[str, bytes]] = (),
        seed: int = 0,
    ) -> Job:
        """Hand a message to the agent; returns the job that works on it.

        `strokes` is what was drawn on the canvas for this message, `mask` an exact mask instead of it. A short
        answer ("the left one", "2", or a click) to a pending question lets the interrupted plan go on.
        Raises BadInputError for an empty or over-long message, a bad mask, or while a job is running.
        """
        text = text.strip()
        drawn = mask is not None or (strokes is not None and bool(strokes.get("items")))
        if not text and not drawn and not attachments:
            raise BadInputError("Say what to change.")
        if len(text) > LONGEST_MESSAGE:
            raise BadInputError(f"That is {len(text)} characters; say it in at most {LONGEST_MESSAGE}.")
        if self.job is not None and self.job.state == "running":
            raise BadInputError("I am still working on your last request; wait for it, or stop it.")
        for name, data in attachments:
            self._transcript.add_attachment(self.workspace.add_attachment(name, data))
        question = self.question
        self._transcript.add(ChatMessage("user", text or "(a selection)", self._clock(), self.workspace.head.id))

        def work(job: Job) -> None:
            fresh = self._keep_drawing(strokes, mask, job) if drawn else None
            answer = _answer_to(question, text, fresh) if question else None
            if answer is not None:
                self._run(job, Command(resume=answer), self.context(job, self._asked_about(), seed))
            elif question is not None and len(question.candidates) > 1 and _YES.fullmatch(text.lower()):
                self._finish(job, f"Which one? Say a number from 1 to {len(question.candidates)}, or click it.")
            elif text:
                self._transcript.set_fact(_FACT_FRESH, fresh or "")
                told = {HAS_SELECTION: fresh is not None, HAS_ATTACHMENT: bool(attachments)}
                message = HumanMessage(text, additional_kwargs=told)
                self._run(job, {"messages": [message]}, self.context(job, fresh, seed))
            else:
                self._finish(job, "Got it. What should I do with it?" if fresh else "Got the picture. What next?")

        return self._start(work)

    def answer(self, *, choice: int | None = None, strokes: Mapping[str, Any] | None = None, none: bool = False) -> Job:
        """Answer a pending question by a candidate's number (from 1), by drawing, or that it is `none` of them."""
        question = self.question
        if question is None:
            raise BadInputError("There is no open question.")
        if question.consent and not none:
            raise BadInputError("Answer yes or no.")
        if choice is not None and not 1 <= choice <= len(question.candidates):
            raise BadInputError(f"Choose a number from 1 to {len(question.candidates)}.")
        if choice is None and not none and not (strokes and strokes.get("items")):
            raise BadInputError("Click the thing, or brush over it.")
        said = "None of these." if none else f"Number {choice}." if choice is not None else "(a selection)"
        self._transcript.add(ChatMessage("user", said, self._clock(), self.workspace.head.id))

        def work(job: Job) -> None:
            if none:
                self._run(job, Command(resume=NONE_OF_THESE), self.context(job, self._asked_about()))
                return
            name = candidate_name(choice) if choice is not None else self._keep_drawing(strokes, None, job)
            self._run(job, Command(resume={"selection": name}), self.context(job, self._asked_about()))

        return self._start(work)

    def place_again(self, box: Sequence[int]) -> Job:
        """Paint what the current version added into another box: x0, y0, x1, y1 in pixels of the picture.

        Raises BadInputError while a job is running; what else is wrong is said in the conversation.
        """
        if self.job is not None and self.job.state == "running":
            raise BadInputError("I am still working on your last request; wait for it, or stop it.")
        self._transcript.add(ChatMessage("user", "(put it here)", self._clock(), self.workspace.head.id))

        def work(job: Job) -> None:
            report = place_again(self.context(job), box)
            job.performed(report.as_dict())
            self._finish(job, report.message)

        return self._start(work)

    def _asked_about(self) -> str | None:
        """The selection that came with the message whose turn waits for an answer."""
        return self._transcript.fact(_FACT_FRESH) or None

    def _consent(self) -> Consent:
        """What the person said here about sending parts of the picture to a painting service."""
        agreed = self._transcript.fact(_FACT_CONSENT) == "yes"
        return Consent(agreed, lambda: self._transcript.set_fact(_FACT_CONSENT, "yes"), self._told)

    def allow_sending(self, tell: Callable[[str], None] | None = None) -> None:
        """Agree for the person, who said so beforehand, that parts of the picture go to a painting service.

        `tell` is told each time what is sent, before.
        """
        self._transcript.set_fact(_FACT_CONSENT, "yes")
        self._told = tell

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def _start(self, work: Callable[[Job], None]) -> Job:
        def guarded(job: Job) -> None:
            try:
                work(job)
            except CancelledError:
                self._drop_question()
                self._finish(job, "Stopped; nothing was changed." if not _steps(job) else "Stopped there.")
                raise
            except BaseException as error:
                self._finish(job, str(error) if isinstance(error, PentimentoError) else _went_wrong(job))
                raise

        self.job = Job(guarded).start()
        return self.job

    def _drop_question(self) -> None:
        """End a turn that stopped just as it was asking: nobody is waiting for an answer any more."""
        if self._agent.get_state(self._config).interrupts:
            self._agent.update_state(self._config, None, as_node=END)

    def _keep_drawing(self, strokes: Mapping[str, Any] | None, mask: Mask | None, job: Job) -> str:
        job.as_progress.report(0.0, "finding the selection")
        if mask is not None:
            return self.keep_mask(mask)
        mask, origin = self.selection_from(strokes or {}), self.selector.origin_of(strokes or {})
        self.workspace.save_selection(DRAWN, mask, origin)
        return DRAWN

    def _run(self, job: Job, message: Any, context: EditContext) -> None:
        """Stream one turn of the agent; the job collects text and steps."""
        stream = self._agent.stream(
            message, self._config, context=context, stream_mode=["messages", "updates"], version="v2"
        )
        final, before = "", self.workspace.head.id
        for part in stream:
            job.as_progress.check()
            if part["type"] == "messages":
                piece = part["data"][0]
                if isinstance(piece, AIMessageChunk):
                    job.text += piece.text
                    if len(job.text) > _LONGEST_ANSWER:
                        raise UnavailableError(f"The planner {self._planner.name} would not stop talking; ask again.")
                    job.events += [{"tool": call["name"]} for call in piece.tool_call_chunks if call["name"]]
            else:
                for update in part["data"].values():
                    for produced in (update or {}).get("messages", ()) if isinstance(update, dict) else ():
                        if isinstance(produced, ToolMessage):
                            job.performed(_step_of(produced))
                        final = produced.text or final
        pending = self._agent.get_state(self._config).interrupts
        if pending:  # say what was done before it, too
            told = [step for step in _steps(job) if self._planner.offline or "error" not in step]
            final = " ".join([*(str(step["message"]) for step in told), pending[0].value["text"]])
        elif not final.strip():
            final = _SILENCE.format(self._planner.name)
        elif not self._planner.offline and self.workspace.head.id == before and _failed(job):
            final = f"{final.strip()} (Nothing was changed.)"  # whatever a chat model may claim
        self._finish(job, final)

    def _finish(self, job: Job, text: str) -> None:
        job.text = text
        self._transcript.add(ChatMessage("assistant", text, self._clock(), self.workspace.head.id, _steps(job)))


def _went_wrong(job: Job) -> str:
    done = [str(step["message"]) for step in _steps(job) if "error" not in step]
    stands = f"Done before that: {' '.join(done)}" if done else "Nothing was changed."
    return f"That went wrong on our side. {stands}"


def _failed(job: Job) -> bool:
    return any("error" in step for step in _steps(job))


def _steps(job: Job) -> list[dict[str, Any]]:
    return [event["step"] for event in job.events if "step" in event]


def _step_of(message: ToolMessage) -> dict[str, Any]:
    """The report of a performed step, or what kept it from being performed."""
    if isinstance(message.artifact, dict):
        return message.artifact
    return {"op": message.name, "error": message.text, "message": message.text}


def _answer_to(question: Question, text: str, fresh: str | None) -> dict[str, Any] | None:
    """How a message answers a pending question; None when it is a new request."""
    said = text.lower()
    if question.consent:
        return AGREED if _YES.fullmatch(said) else NONE_OF_THESE if _NO.fullmatch(said) else None
    if fresh is not None and (not text or is_reference(text)):
        return {"selection": fresh}
    if len(question.candidates) == 1 and _YES.fullmatch(said):
        return {"selection": candidate_name(1)}
    if question.candidates and (_NONE.fullmatch(said) or (len(question.candidates) == 1 and _NOT_IT.fullmatch(said))):
        return NONE_OF_THESE
    number = re.fullmatch(r"(?:the |number |no\.? |#)*(\d+|[a-z]+)(?: one)?[.!]?", text.strip().lower())
    if number:
        choice = int(number[1]) if number[1].isdigit() else _NUMBER_WORDS.get(number[1], 0)
        if 1 <= choice <= len(question.candidates):
            return {"selection": candidate_name(choice)}
    if text and is_reference(text):
        return {"target": text}
    return None


def _outlined(number: int, selection: Selection) -> Outlined:
    label = str(selection.origin.get("label", f"number {number}"))
    return Outlined(number, bounds_of(selection.mask, 0.5), label, _png(selection.mask))


def _png(mask: Mask) -> bytes:
    done, data = cv2.imencode(".png", to_uint8(mask))
    if not done:
        raise ValueError("the mask could not be encoded")
    return data.tobytes()
