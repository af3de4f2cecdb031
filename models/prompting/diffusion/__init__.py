"""Concept diffusion: CLIP text embeddings of what could be in a place, drawn from a diffusion prior (Brush2Prompt)."""
