"""What nobody is to read or recognise: "nobody should be able to read the plate" asks for the plate to be redacted."""

from __future__ import annotations

import re

_KEPT_FROM = re.compile(
    r"\b(?:(?:make sure|ensure|see to it)(?: that)? )?"
    r"(?:nobody|no ?one|no person|(?:i|we) (?:don'?t|do not) want (?:anyone|anybody|people|others|strangers)) "
    r"(?:(?:(?:should|must|may|can|could|shall|will|is)(?: ever)?|to) )?(?:be )?(?:(?:able|allowed|supposed) to )?"
    r"(?:(?P<known>recogni[sz]e|identify)|read|make out|decipher) (?=\w)",
    re.I,
)
_SO_THAT = re.compile(rf"(?<=\w),? so (?:that )?{_KEPT_FROM.pattern}[^.;!?]*", re.I)  # says why, and asks for no more


def in_plain_words(text: str) -> str:
    """The text with such a wish said as what is to be done."""
    return _KEPT_FROM.sub(lambda match: "blur " if match["known"] else "redact ", _SO_THAT.sub("", text))
