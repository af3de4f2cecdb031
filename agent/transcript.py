"""What was said in a conversation, as the page shows it. Kept in SQLite beside the planner's checkpoints."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass, field
from typing import Any, Literal

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, role TEXT NOT NULL, text TEXT NOT NULL, version TEXT, steps TEXT NOT NULL,
    created TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS attachments (id TEXT PRIMARY KEY, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class ChatMessage:
    """One bubble: who said it, the text, the version it led to, and the reports of its steps."""

    role: Literal["user", "assistant"]
    text: str
    created: str  # UTC, ISO 8601
    version_id: str | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)


class Transcript:
    """Append-only messages, the order of attachments, and a few facts such as the title."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        with self._lock, connection:
            connection.executescript(_SCHEMA)

    def add(self, message: ChatMessage) -> None:
        """Append; durable when it returns."""
        row = (message.role, message.text, message.version_id, json.dumps(message.steps), message.created)
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT INTO messages (role, text, version, steps, created) VALUES (?, ?, ?, ?, ?)", row
            )

    def messages(self) -> list[ChatMessage]:
        """All messages, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT role, text, version, steps, created FROM messages ORDER BY id"
            ).fetchall()
        return [
            ChatMessage(role, text, created, version, json.loads(steps)) for role, text, version, steps, created in rows
        ]

    def add_attachment(self, attachment_id: str) -> None:
        """Remember that a picture came with the conversation."""
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT OR IGNORE INTO attachments SELECT ?, COUNT(*) FROM attachments", (attachment_id,)
            )

    def attachments(self) -> tuple[str, ...]:
        """Ids of the attached pictures, oldest first."""
        with self._lock:
            rows = self._connection.execute("SELECT id FROM attachments ORDER BY position").fetchall()
        return tuple(row[0] for row in rows)

    def set_fact(self, name: str, value: str) -> None:
        """Remember one fact."""
        with self._lock, self._connection:
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def fact(self, name: str) -> str | None:
        """A fact by name, None when it was never set."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None
