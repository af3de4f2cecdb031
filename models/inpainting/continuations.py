"""The engines that continue a hole's rims, by name: what a network of prefilled pictures may build on."""

from __future__ import annotations

from models.errors import BadInputError
from models.inpainting.blended import Blended
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.protocol import Inpainter

CONTINUATIONS = (*(str(method) for method in Method), Blended.name)


def continuation(name: str) -> Inpainter:
    """The engine of one of `CONTINUATIONS`; raises BadInputError for another name."""
    if name not in CONTINUATIONS:
        raise BadInputError(f"Holes can be continued by {', '.join(CONTINUATIONS)}, not by {name}.")
    return Blended() if name == Blended.name else Diffusive(Method(name))
