"""Which planner reads the messages: the offline grammar, or any chat model that calls tools."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from agent.offline_planner import OfflinePlanner
from models.errors import BadInputError, UnavailableError

OFFLINE = "offline"


@dataclass(frozen=True)
class Planner:
    """A chat model, what it is called, and whether it can look at pictures."""

    name: str
    model: BaseChatModel
    sees: bool = False

    @property
    def offline(self) -> bool:
        """Whether nothing leaves the machine."""
        return self.name == OFFLINE


def choose_planner(name: str = OFFLINE, *, base_url: str | None = None, api_key: str | None = None) -> Planner:
    """The planner for "offline" or "PROVIDER:MODEL".

    `base_url` points at any OpenAI-compatible server (also read from PENTIMENTO_BASE_URL). The key is taken from
    the argument or the provider's own environment variable and is never stored. Raises BadInputError for a name
    of another form and UnavailableError when the key or the provider's package is missing.
    """
    if name == OFFLINE:
        return Planner(OFFLINE, OfflinePlanner())
    provider, colon, model_name = name.partition(":")
    if not (colon and provider and model_name):
        raise BadInputError(f"A planner is 'offline' or 'PROVIDER:MODEL' such as 'openai:gpt-5'; {name!r} is neither.")
    base_url = base_url or os.environ.get("PENTIMENTO_BASE_URL")
    options: dict[str, Any] = {"max_retries": 2, "timeout": 60}
    if base_url:
        # local servers want no key, but the client insists on one
        options |= {"base_url": base_url, "api_key": api_key or os.environ.get("OPENAI_API_KEY", "none")}
    elif api_key:
        options["api_key"] = api_key
    try:
        model = init_chat_model(model_name, model_provider=provider, **options)
    except ImportError as error:
        raise UnavailableError(f"The provider {provider!r} needs a package that is not installed: {error}.") from error
    except Exception as error:  # every provider has an error class of its own for a missing key
        raise UnavailableError(f"The planner {name!r} cannot start: {_first_line(error)}") from error
    profile = getattr(model, "profile", None) or {}
    return Planner(name, model, sees=bool(profile.get("image_inputs")))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
