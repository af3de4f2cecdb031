"""From words, clicks, boxes and strokes to masks."""
