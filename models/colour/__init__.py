"""Colour: names, perceptual spaces, recolouring, tone."""
