"""The Models page: what each would make better, its terms before it comes, and how far it is.

It has an address of its own (?page=models), so that the editor opens it beside itself in a new tab and nothing that
is being marked or typed there is lost.
"""

from __future__ import annotations

import html
import re
from itertools import groupby
from pathlib import Path

import streamlit as st

from agent.jobs import Job
from models.weights.amounts import readable
from models.weights.catalogue import Commercial, Model
from models.weights.doctor import PURPOSES, packages
from models.weights.machine import Fit, Machine, is_offline, this_machine
from models.weights.status import Place, State, Status
from models.weights.store import Store
from ui.downloads import Downloads
from ui.session import kindly, notify

ADDRESS = "?page=models"
_POLL = 0.5  # seconds between two looks at running downloads
_COMMERCIAL = {
    Commercial.YES: "Commercial use is allowed.",
    Commercial.NO: "No commercial use.",
    Commercial.CONDITIONS: "Conditions for commercial use.",
}


def is_asked_for() -> bool:
    """Whether the page's address names this page."""
    return st.query_params.get("page") == "models"


@st.cache_resource(show_spinner=False)
def the_downloads() -> Downloads:
    """One for the whole server process; what it downloads outlives reruns and closed tabs."""
    return Downloads(Store.default())


def show(downloads: Downloads) -> None:
    """Draw the page."""
    store = downloads.store
    with st.container(key="topbar", horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Pentimento", key="home", type="tertiary", help="All pictures"):
            st.query_params.clear()
            st.rerun()
        st.html('<span class="title">Models</span>')
    with st.container(key="models"):
        st.html(_introduction())
        st.html(_machine_line(store))
        if is_offline():
            st.html('<p class="switch">Downloads are switched off (HF_HUB_OFFLINE is set). What is here works.</p>')
        statuses = store.statuses()
        moving = bool(downloads.running()) or any(status.busy for status in statuses)
        # A download that begins or ends draws the whole page anew; in between only the shelves are looked at.
        st.fragment(_shelves, run_every=_POLL if moving else None)(downloads, moving)
        for package in packages(store):
            st.html(f'<p class="package">{_with_code(package.sentence)}</p>')


def _shelves(downloads: Downloads, moving: bool) -> None:
    statuses, machine = downloads.store.statuses(), _machine(str(downloads.store.root))
    if moving and not downloads.running() and not any(status.busy for status in statuses):
        st.rerun()
    with st.container(key="shelves", gap=None):
        for purpose, shelf in groupby(statuses, key=lambda status: status.model.purpose):
            st.html(f'<h2 class="shelf">{PURPOSES[purpose]}</h2>')
            for status in shelf:
                with st.container(key=f"model-{status.model.id}"):
                    _row(downloads, status, machine)


def _row(downloads: Downloads, status: Status, machine: Machine) -> None:
    model, job = status.model, downloads.job(status.model.id)
    moving = status.busy or (job is not None and job.state == "running")
    said, done = st.columns([1, 0.24], gap="medium", vertical_alignment="top")
    with said:
        st.html(_description(status, machine.fit(model), "" if moving else _mark(status)))
    with done, st.container(key=f"deeds-{model.id}"):
        if job is not None and job.state == "running":
            if st.button("Stop", key=f"stop-{model.id}", width="stretch", disabled=job.cancelled):
                job.cancel()
        elif not status.busy:
            _deeds(downloads, status, attempt=job.id if job else "")
    if job is not None and job.state == "running":
        st.progress(min(job.progress, 1.0), text="Stopping …" if job.cancelled else job.label or "Asking the source …")
    elif status.busy:
        st.progress(min(status.here / (status.size or 1), 1.0), text="Being downloaded by another Pentimento")
    elif trouble := _trouble(job, status):
        st.html(f'<p class="trouble">{_with_code(trouble)}</p>')
    elif job is not None and job.state == "cancelled" and status.state is State.PARTIAL:
        st.html('<p class="pause">Stopped. What came is kept, and Resume goes on from there.</p>')


def _deeds(downloads: Downloads, status: Status, attempt: str) -> None:
    """The buttons that fit how a model stands. After every `attempt` they are new ones, so that none stays open."""
    model = status.model
    if status.state is not State.PRESENT:
        label = {State.PARTIAL: "Resume", State.DAMAGED: "Repair"}.get(status.state, "Download")
        with st.popover(label, key=f"get-{model.id}-{attempt}", width="stretch", disabled=is_offline()):
            st.html(_terms(status))
            if st.button(f"{label} {readable(_left(status))}", key=f"agree-{model.id}", type="primary"):
                downloads.start(model.id)
                st.rerun()
    if status.place in (Place.OWN, Place.LOCAL) or status.state is State.PARTIAL:
        label = "Stop using" if status.place is Place.LOCAL else "Remove" if status.place else "Discard"
        with st.popover(label, key=f"drop-{model.id}-{attempt}", width="stretch"):
            st.html(f"<p>{html.escape(_consequence(status))}</p>")
            if st.button(f"{label} {model.title}", key=f"agree-drop-{model.id}"):
                with kindly():
                    downloads.forget(model.id)
                    notify(downloads.store.remove(model.id))
                st.rerun()


def _with_code(sentence: str) -> str:
    """A sentence as HTML, its `commands` set as such."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(sentence, quote=False))


def _introduction() -> str:
    return (
        "<h1>Models</h1><p class='lead'>Everything works without them. Each one makes one thing better, runs on this "
        "machine, and only comes when you ask for it.</p>"
    )


def _machine_line(store: Store) -> str:
    machine, used = _machine(str(store.root)), sum(store.disk_use().values())
    taken = f"Models take {readable(used)} of this disk." if used else "No models take any of this disk yet."
    return f'<p class="machine">{html.escape(machine.summary)}. {taken}</p>'


@st.cache_data(show_spinner=False, ttl=20)
def _machine(root: str) -> Machine:
    return this_machine(Path(root))


def _description(status: Status, fit: Fit, mark: str) -> str:
    model = status.model
    facts = [readable(model.size), model.licence.name]
    if model.licence.commercial is not Commercial.YES:
        facts.append(_COMMERCIAL[model.licence.commercial].rstrip(".").lower())
    if model.licence.gated:
        facts.append("access on request")
    told = " · ".join(html.escape(fact) for fact in facts)
    slow = "" if fit is Fit.WELL else f' · <span class="slow">{fit}</span>'
    mark = f'<span class="mark {status.state}">{mark}</span>' if mark else ""
    return (
        f'<div class="model"><h3>{html.escape(model.title)}{mark}</h3><p>{html.escape(model.better)}</p>'
        f'<p class="facts">{told}{slow}</p></div>'
    )


def _mark(status: Status) -> str:
    match status.state:
        case State.PRESENT:
            where = {Place.CACHE: "in the Hugging Face cache", Place.LOCAL: "in your folder"}
            unread = "" if status.checked else ", checked at first use"
            return where.get(status.place or Place.OWN, "here") + unread
        case State.PARTIAL:
            return f"{readable(status.here)} of {readable(status.size)} here"
        case State.DAMAGED:
            return "damaged"
        case _:
            return ""


def _terms(status: Status) -> str:
    """What a person has to know before a download."""
    model, licence = status.model, status.model.licence
    gated = (
        "<p>Its publisher grants access person by person: ask on the page above, then log in with "
        "<code>hf auth login</code> or set <code>HF_TOKEN</code>.</p>"
        if licence.gated
        else ""
    )
    note = f"<p>{html.escape(licence.note)}</p>" if licence.note else ""
    link = html.escape(licence.link, quote=True)
    return (
        f'<div class="terms"><p><b>{html.escape(licence.name)}</b>. {_COMMERCIAL[licence.commercial]} '
        f'<a href="{link}" target="_blank" rel="noreferrer noopener">Read the licence</a></p>{note}{gated}'
        f'<p class="facts">From {html.escape(_origin(model))}. Needs about {readable(model.memory_mb * 1_000_000)} of '
        f"memory to run. Every byte is checked against the published digest.</p></div>"
    )


def _origin(model: Model) -> str:
    address = str(model.source).removeprefix("https://")
    return f"{address}, version {model.source.revision[:8]}" if model.source.revision else address


def _left(status: Status) -> int:
    return max(status.model.size - status.here, 0) if status.state is State.PARTIAL else status.model.size


def _consequence(status: Status) -> str:
    if status.place is Place.LOCAL:
        return f"{status.folder} stays as it is; it is only no longer used."
    return f"{readable(status.here)} will be free again."


def _trouble(job: Job | None, status: Status) -> str:
    """What is wrong with the files, or why the last download failed."""
    failed = job is not None and job.state == "failed" and status.state is not State.PRESENT
    return status.problem or (job.error or "" if job is not None and failed else "")
