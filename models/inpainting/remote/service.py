"""Which service paints, as the environment says: its address, its model, its key. The key is read when it is used."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from models.errors import BadInputError, UnavailableError
from models.geometry import Extent

ADDRESS = "PENTIMENTO_IMAGE_BASE_URL"
"""The address of a service of one's own. Without it, the `openai` package's OPENAI_BASE_URL, or OpenAI itself."""
OWN_KEY = "PENTIMENTO_IMAGE_API_KEY"
"""The key for that service, when it wants one. OpenAI's own key is never sent there."""
KEY = "OPENAI_API_KEY"
MODEL = "PENTIMENTO_IMAGE_MODEL"
QUALITY = "PENTIMENTO_IMAGE_QUALITY"
PRICES = "https://openai.com/api/pricing/"
_OPENAI = "https://api.openai.com/v1"
_DEFAULT_MODEL = "gpt-image-2.5-sunburst"  # of OpenAI's models the one made for edits
_QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")
_DEFAULT_QUALITY = "medium"  # "auto" would leave the price open
_FIXED = (Extent(1024, 1024), Extent(1536, 1024), Extent(1024, 1536))
_OF_FIXED_SIZES = ("gpt-image-1", "dall-e")  # model names that begin so paint in three sizes only


class Origin(NamedTuple):
    """Where an address leads: who sees what is sent there."""

    scheme: str
    host: str
    port: int | None


@dataclass(frozen=True)
class Service:
    """A service that paints. Holds no key, so that showing it shows none.

    `address` is the base URL of the API, `own` whether the person named it for painting, `model` and `quality` what is
    asked for.
    """

    address: str
    own: bool
    model: str
    quality: str

    @classmethod
    def configured(cls, model: str = "") -> Service:
        """The service that the environment names; `model` overrules its model. Raises BadInputError for nonsense."""
        named = os.environ.get(ADDRESS, "").strip()
        address = named or os.environ.get("OPENAI_BASE_URL", "").strip() or _OPENAI
        quality = os.environ.get(QUALITY, "").strip().lower() or _DEFAULT_QUALITY
        if quality not in _QUALITIES:
            raise BadInputError(f"{QUALITY} is one of {', '.join(_QUALITIES)}.")
        service = cls(address, bool(named), model or os.environ.get(MODEL, "").strip() or _DEFAULT_MODEL, quality)
        if service.origin.scheme not in ("http", "https") or not service.origin.host:
            setting = ADDRESS if named else "OPENAI_BASE_URL"
            raise BadInputError(f"{setting} is no web address; it looks like https://example.org/v1.")
        return service

    @property
    def origin(self) -> Origin:
        """Scheme, host and port; whatever else the address holds (a password, a query) is left out."""
        return origin_of(self.address)

    @property
    def host(self) -> str:
        """How to call it in a sentence."""
        port = self.origin.port
        return f"{self.origin.host}:{port}" if port else self.origin.host

    @property
    def stays_here(self) -> bool:
        """Whether it runs on this machine, so that nothing leaves it."""
        if self.origin.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.origin.host).is_loopback
        except ValueError:
            return False

    @property
    def sizes(self) -> tuple[Extent, ...]:
        """The only sizes it paints in; empty when any within OpenAI's limits will do."""
        return _FIXED if self.model.startswith(_OF_FIXED_SIZES) else ()

    @property
    def has_key(self) -> bool:
        """Whether a key is set for it."""
        return bool(self._key())

    @property
    def is_usable(self) -> bool:
        """Whether it may be asked: a service of one's own may want no key."""
        return self.own or self.has_key

    @property
    def key_setting(self) -> str:
        """The environment variable that holds its key."""
        return OWN_KEY if self.own else KEY

    def key(self) -> str:
        """The key, for the one place that sends it. Raises UnavailableError when there is none and one is needed."""
        key = self._key()
        if key or self.own:
            return key or "none"  # the client insists on one
        raise UnavailableError(
            f"Painting by {self.host} needs a key: set {KEY}, or {ADDRESS} for a service of your own that wants none."
        )

    def _key(self) -> str:
        return os.environ.get(self.key_setting, "").strip()


def origin_of(address: str) -> Origin:
    """Where an address leads; all empty when it cannot be read."""
    try:
        parts: SplitResult = urlsplit(address)
        return Origin(parts.scheme.lower(), (parts.hostname or "").lower(), parts.port)
    except ValueError:
        return Origin("", "", None)


def told_of_service() -> str:
    """One sentence on whether a service is set up, for `models doctor`. Never holds the key."""
    try:
        service = Service.configured()
    except BadInputError as error:
        return str(error)
    key = f"{service.key_setting} is {'set' if service.has_key else 'not set'}"
    if not service.is_usable:
        return f"Not set up ({key}); nothing is ever sent anywhere."
    return f"{service.host} with {service.model}, {key}; used only when you ask for it by name or allow it."
