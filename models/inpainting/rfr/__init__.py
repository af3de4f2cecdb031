"""Recurrent Feature Reasoning (Li, Wang, Zhang, Du, Tao, "Recurrent Feature Reasoning for Image Inpainting",
CVPR 2020): the network, its checkpoints, and the engine that fills holes with it."""

from models.inpainting.rfr.engine import RFR

__all__ = ["RFR"]
