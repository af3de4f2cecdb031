"""What could be in a marked place (Brush2Prompt, Chiu et al., CVPR 2024): suggestions in words, or in CLIP's space."""
