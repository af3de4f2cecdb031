"""Text in pictures: where it stands, what it says, which of it a phrase means, and the masks of it."""

from models.ocr.kinds import looks_like, matching, occurrences
from models.ocr.lines import TextLine, Word
from models.ocr.masks import letters_mask, lines_mask
from models.ocr.reading import read_text

__all__ = ["TextLine", "Word", "letters_mask", "lines_mask", "looks_like", "matching", "occurrences", "read_text"]
