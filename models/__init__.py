"""What computes: segmentation, inpainting, colour. Knows no chat, no file, no session."""
