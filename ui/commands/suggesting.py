"""`suggest`: what could be in a marked place of a picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agent.planners import OFFLINE, choose_planner
from agent.suggesting import SeeingSuggester
from models.errors import UnavailableError
from models.prompting.choose import Suggesters
from models.prompting.protocol import Suggestion
from models.weights.store import Store
from tools.pictures.profiles import to_srgb_preview
from tools.pictures.reading import open_picture
from ui.commands.inputs import mask_from


@dataclass(frozen=True)
class Ideas:
    """The suggestions, what they come from, and how far to trust that."""

    suggester: str
    reason: str
    suggestions: list[Suggestion]

    @property
    def lines(self) -> list[str]:
        """For people: a numbered suggestion per line, and the reason below."""
        told = [f"{number}. {one.phrase} ({one.why})" for number, one in enumerate(self.suggestions, start=1)]
        return [*told, self.reason]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        ideas = [asdict(one) | {"score": round(one.score, 4)} for one in self.suggestions]
        return {"suggester": self.suggester, "reason": self.reason, "suggestions": ideas}


def suggest_for(source: Path, mask: Path, *, count: int, planner: str, concepts: Path | None) -> Ideas:
    """Ideas for the place that `mask` marks. Raises PentimentoError."""
    picture = open_picture(source)
    place = mask_from(mask, picture.extent)
    makers = Suggesters(Store.default(), concepts)
    below = makers()
    reason = makers.reason
    chosen = choose_planner(planner)
    if planner != OFFLINE and not chosen.sees:
        raise UnavailableError(f"{planner} cannot look at pictures; name a chat model that can, or leave it out.")
    if chosen.sees:
        seeing = SeeingSuggester(below, chosen)
        found = seeing.suggest(to_srgb_preview(picture), place, count)
        return Ideas(seeing.name, seeing.remark or reason, found)
    return Ideas(below.name, reason, below.suggest(to_srgb_preview(picture), place, count))
