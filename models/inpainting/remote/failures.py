"""What went wrong at the service, in one sentence. Never its own words: they may repeat the key, or anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from models.errors import PentimentoError, UnavailableError
from models.inpainting.remote.service import ADDRESS, MODEL, PRICES, Service

NOTHING = "nothing was changed"
_REFUSED = frozenset({"moderation_blocked", "content_policy_violation", "content_filter", "image_safety"})
_UNPAID = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "quota_exceeded"})
_UNVERIFIED = re.compile(r"organi[sz]ation must be verified", re.IGNORECASE)
_VIOLATIONS = re.compile(r"safety_violations=\[([a-z_/, -]{1,80})\]")
_PARAMETERS = frozenset({"model", "image", "mask", "prompt", "size", "quality", "background", "n"})
_LONGEST_WAIT = 24 * 3600  # seconds; more is no advice


def in_words(error: Exception, service: Service, patience: float) -> PentimentoError:
    """The sentence for what the client raised; `patience` is how many seconds were waited at most."""
    import openai

    host = service.host
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return UnavailableError(
            f"{host} did not paint within {patience:.0f} seconds; {NOTHING}, though it may be billed. Try again, or "
            "select less."
        )
    if isinstance(error, openai.APIStatusError):
        return UnavailableError(_refusal(error, service))
    if isinstance(error, openai.APIConnectionError):
        return UnavailableError(f"{host} could not be reached; {NOTHING}. Check the network, or the address.")
    return UnavailableError(f"{host} broke off while it was answering; {NOTHING}. Try again.")


def _refusal(error: Any, service: Service) -> str:
    """Why a request was answered with a status other than 200."""
    host, status = service.host, int(error.status_code)
    code, message = str(error.code or ""), str(error.message)
    if code in _REFUSED or "safety system" in message:
        found = _VIOLATIONS.search(message)
        why = f" ({found[1].replace('_', ' ')})" if found else ""
        return (
            f"{host} refuses to paint this by its own rules{why}; {NOTHING}. Say it in other words, select less, or "
            "use a painting model on this machine."
        )
    if code in _UNPAID:
        return f"The account at {host} has no credit left for this; {NOTHING}. Add credit there ({PRICES})."
    match status:
        case 401:
            return f"{host} does not accept the key; check {service.key_setting}."
        case 403 if _UNVERIFIED.search(message):
            return f"{host} paints with {service.model} only for verified organisations; verify yours there."
        case 403:
            return f"{host} does not let this key paint with {service.model}; ask its owner, or set {MODEL}."
        case 404:
            return f"{host} has no model {service.model}, or paints no edits; set {MODEL} or {ADDRESS}."
        case 413:
            return f"The part to paint is too large for {host}; select less."
        case 429:
            return f"{host} is busy or your limit there is reached; {NOTHING}. Try again {_when(error)}."
        case _ if 300 <= status < 400:
            return f"{host} wants the picture sent on to another address, which is not done; correct {ADDRESS}."
        case _ if status >= 500 or status == 408:
            return f"{host} has a fault ({status}), also when asked again; {NOTHING}. Try again later."
        case _:
            parameter = f": its {error.param} does not suit" if error.param in _PARAMETERS else ""
            return f"{host} did not take the request ({status}{parameter}); {NOTHING}. Another model may: set {MODEL}."


def _when(error: Any) -> str:
    """When to try again, by the Retry-After header."""
    told = str(error.response.headers.get("retry-after", ""))
    if told.isdigit() and 0 < int(told) <= _LONGEST_WAIT:
        seconds = int(told)
        return f"in {seconds} seconds" if seconds < 120 else f"in {round(seconds / 60)} minutes"
    return "in a minute"


def no_picture(host: str) -> UnavailableError:
    """An answer without a picture in it."""
    return UnavailableError(
        f"What {host} answered holds no picture; {NOTHING}. Is it a service for pictures? Check the address."
    )


def picture_elsewhere(host: str) -> UnavailableError:
    """A picture to be fetched from a third party."""
    return UnavailableError(
        f"{host} wants the picture fetched from another address, which is not done; {NOTHING}. Set it to answer with "
        "the picture itself (b64_json)."
    )


def as_mapping(value: object) -> Mapping[str, Any]:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}
