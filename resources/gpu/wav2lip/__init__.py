"""Lip-sync on a GPU: the Wav2Lip network, written here, and everything around it."""

from resources.gpu.wav2lip.engine import Wav2LipSync

__all__ = ["Wav2LipSync"]
