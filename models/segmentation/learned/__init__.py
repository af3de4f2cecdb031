"""Segmenters, detectors and heat maps that transformers ships: SAM 2, SAM 3, Grounding DINO, OWLv2, CLIPSeg."""
