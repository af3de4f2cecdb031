"""Pixel filters on H×W×3 uint8 or uint16 arrays. Each returns a whole new picture; the caller composites."""
