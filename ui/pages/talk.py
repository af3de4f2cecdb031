"""The chat beside the picture."""

from __future__ import annotations

import base64
import html
import re
from pathlib import PurePath
from typing import Any

import streamlit as st

from agent.studio import ChatMessage, Conversation, Job
from tools.edits.pixels import NOTHING_OUTSIDE
from ui.gallery import Card, gallery
from ui.pages.easel import close_up, compare_with, say, thumbnail
from ui.pages.start import PICTURE_TYPES
from ui.samples import samples
from ui.session import is_running, kindly

_POLL = 0.4  # seconds between two looks at a running job
_IDEAS = ("blur the background", "a bit brighter", "crop to 16:9", "black and white")


def show(conversation: Conversation) -> None:
    """Draw the messages, the running job, and the input."""
    job = conversation.job if is_running(conversation) else None
    with st.container(key="talk"):
        with st.container(key="messages", height=480, border=False, autoscroll=True):
            _messages(conversation)
            if job is not None:
                st.fragment(_live, run_every=_POLL)(conversation, job, conversation.workspace.head.id)
            else:
                _ask_leave(conversation)
        st.chat_input(
            "Stop me, or wait …" if job else "Say what to change",
            key=f"say-{conversation.id}",
            accept_file="multiple",
            file_type=PICTURE_TYPES,
            disabled=job is not None,
            on_submit=_say,
            args=(conversation,),
        )


def _say(conversation: Conversation) -> None:
    said = st.session_state[f"say-{conversation.id}"]
    if said:
        files = [(file.name, file.getvalue()) for file in said.files]
        with kindly():
            say(conversation, said.text or "", attachments=files)


def _ask_leave(conversation: Conversation) -> None:
    """Two buttons under a question whether a part of the picture may be sent away."""
    question = conversation.question
    if question is None or not question.consent:
        return
    with st.container(key="leave", horizontal=True, gap="small"):
        for title, answer in (("Send it", "yes"), ("Don't send", "no")):
            if st.button(title, key=f"leave-{answer}"):
                with kindly():
                    say(conversation, answer)
                st.rerun()


def _messages(conversation: Conversation) -> None:
    messages = conversation.messages()
    if not any(message.role == "user" for message in messages):
        _welcome(conversation)
    shown = conversation.workspace.root.id
    for index, message in enumerate(messages):
        with st.chat_message(message.role, avatar=None):
            st.html(as_html(message.text))
            if message.steps:
                st.html(steps_html(message.steps))
                _variations(conversation, message.steps, index)
            if message.role == "assistant" and message.version_id and message.version_id != shown:
                _version_chip(conversation, message.version_id, index)
        shown = message.version_id or shown
    _open_asked_comparison(conversation, messages)


def _variations(conversation: Conversation, steps: list[dict[str, Any]], index: int) -> None:
    """The variations that a step made, as a small grid of close-ups to choose from."""
    workspace = conversation.workspace
    shown = [identity for step in steps for identity in step.get("variations", ())]
    if not shown:
        return
    head = workspace.head.id
    cards = []
    for place, identity in enumerate(shown, start=1):
        verdict = str((workspace.version(identity).report or {}).get("verdict") or "")
        picture = close_up(workspace, conversation.id, identity)
        cards.append(Card(identity, str(place), picture, verdict, f"Take variation {place}", identity == head))
    chosen = gallery(cards, key=f"variations-{conversation.id}-{index}", label="Variations", variant="few")
    if chosen and not is_running(conversation):
        with kindly():
            workspace.go_to(chosen.id)
        st.rerun()


def _version_chip(conversation: Conversation, version: str, index: int) -> None:
    one = conversation.workspace.version(version)
    current = version == conversation.workspace.head.id
    title = one.name or ("Original" if one.parent is None else f"Version {one.number}")
    card = Card(
        version,
        title,
        thumbnail(conversation.workspace, conversation.id, version),
        "on the easel" if current else "click to go back",
        f"Go to {title}",
        current,
    )
    if gallery([card], key=f"chip-{conversation.id}-{index}", label="Version", variant="chip"):
        with kindly():
            conversation.workspace.go_to(version)
        st.rerun()


def _open_asked_comparison(conversation: Conversation, messages: list[ChatMessage]) -> None:
    """ "Show me before and after", said in the chat, opens the split view once."""
    if not messages:
        return
    asked = next((step["compare"] for step in messages[-1].steps if "compare" in step), None)
    marker = f"compared-{conversation.id}"
    if asked and st.session_state.get(marker) != len(messages):
        st.session_state[marker] = len(messages)
        compare_with(conversation, asked[0], f"message-{len(messages)}")
        st.rerun()


def _welcome(conversation: Conversation) -> None:
    with st.container(key="welcome"):
        st.html(
            "<h3>What should change?</h3><p>Say it in your own words. Or click, box or brush something in the "
            "picture first and call it <em>this</em>.</p>"
        )
        for idea in _ideas(conversation):
            if st.button(idea, key=f"idea-{idea}"):
                with kindly():
                    say(conversation, idea)
                st.rerun()


def _ideas(conversation: Conversation) -> tuple[str, ...]:
    title = PurePath(conversation.title).stem
    return next((sample.ideas for sample in samples() if sample.title == title), _IDEAS)


def _live(conversation: Conversation, job: Job, shown_head: str) -> None:
    """The running job; looked at again every `_POLL` seconds. Ends by drawing the whole page anew."""
    if job.state != "running" or conversation.workspace.head.id != shown_head:
        st.rerun()
    with st.chat_message("assistant", avatar=None):
        steps = [event["step"] for event in list(job.events) if "step" in event]
        if steps:
            st.html(steps_html(steps))
        if job.text:
            st.html(as_html(job.text))
        with st.container(key="progress", horizontal=True, vertical_alignment="center", gap="small"):
            st.progress(min(max(job.progress, 0.0), 1.0), text=_sentence(job.label or "thinking"))
            if st.button("Stop", key=f"stop-{job.id}", help="Stop; nothing more will change"):
                job.cancel()
        if preview := job.preview:
            st.html(preview_html(preview))


def preview_html(jpeg: bytes) -> str:
    """What is being painted, inside the page itself: nothing is left to be fetched, nor to be forgotten later."""
    data = base64.b64encode(jpeg).decode()
    return f'<img class="emerging" alt="What is being painted, so far" src="data:image/jpeg;base64,{data}">'


def _sentence(label: str) -> str:
    return f"{label[:1].upper()}{label[1:]}…"


def as_html(text: str) -> str:
    """A message as HTML: escaped, with **bold** and `code` only. No pictures and no links, so that nothing a
    language model says can make the browser fetch anything."""
    safe = html.escape(text, quote=False)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return f'<div class="said">{safe}</div>'


def steps_html(steps: list[dict[str, Any]]) -> str:
    """One small line per step: what was done, with which engine, how long it took, what the check said."""
    return f'<ul class="steps">{"".join(_step_html(step) for step in steps)}</ul>'


def _step_html(step: dict[str, Any]) -> str:
    operation, engine, verdict = step.get("op") or "step", step.get("engine"), step.get("verdict")
    facts = [step.get("selection"), engine if engine != operation else None, _seconds(step.get("seconds")), verdict]
    # For a part of the picture only, and unless the verdict has said it already.
    if step.get("selection") and step.get("outside_max_diff") == 0 and verdict != NOTHING_OUTSIDE:
        facts.append("rest untouched")
    told = " · ".join(html.escape(str(fact)) for fact in facts if fact)
    name = html.escape(str(operation).replace("_", " "))
    unsure = (step.get("check") or {}).get("outcome", "passed") != "passed"
    state = "failed" if step.get("error") else "unsure" if unsure else "done"
    return f'<li class="{state}"><b>{name}</b> {told}</li>'


def _seconds(value: float | None) -> str | None:
    return None if value is None or value < 0.05 else f"{value:.1f} s"
