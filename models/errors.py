"""The errors a person can cause. Each carries one sentence that says what is wrong and what to do."""


class PentimentoError(Exception):
    """Base of every error whose message is meant to be read by a person as it stands."""


class BadInputError(PentimentoError):
    """What was given cannot be used: a broken file, an unknown colour, an empty mask."""


class UnavailableError(PentimentoError):
    """The request is fine, but what it needs (weights, a GPU, a network) is not here."""


class CancelledError(PentimentoError):
    """The person stopped the work. Nothing was changed."""

    def __init__(self, message: str = "Stopped; nothing was changed.") -> None:
        super().__init__(message)


class OutsideChangedError(Exception):
    """An edit touched samples outside its mask. A fault of ours, never of the person: the edit is refused."""
