"""Crops to learn from: a person's photos and drawn pictures. H×W×3 uint8 sRGB, from a seeded numpy generator."""
