"""The Wav2Lip generator (Prajwal et al., arXiv:2008.10010), written from its shapes.

A face encoder halves the picture seven times and keeps each size; an audio encoder makes one vector of 0.2 s of sound;
the decoder goes up from that vector and takes the kept pictures back in, one a size. Parts are named as in published
checkpoints, so that those load. This module imports torch: import it where a model is loaded, and nowhere else.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

WIDTH = 16
"""Channels of the first layer in published weights; every other layer is a multiple of it. 36.3 million parameters."""


class Conv(nn.Module):
    """Convolution, batch norm, ReLU; ``residual`` adds the input before the ReLU."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: Any = 1, padding: int = 0, *, residual: bool = False):
        super().__init__()
        self.conv_block = nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, padding), nn.BatchNorm2d(cout))
        self.act = nn.ReLU()
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        """(B, cin, h, w) to (B, cout, h', w')."""
        out: Tensor = self.conv_block(x)
        activated: Tensor = self.act(out + x if self.residual else out)
        return activated


class Up(nn.Module):
    """Transposed convolution, batch norm, ReLU."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int = 1, padding: int = 0, output_padding: int = 0):
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.ConvTranspose2d(cin, cout, kernel, stride, padding, output_padding), nn.BatchNorm2d(cout)
        )
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, cin, h, w) to (B, cout, h', w')."""
        activated: Tensor = self.act(self.conv_block(x))
        return activated


class Generator(nn.Module):
    """Mel windows and faces become the same faces, speaking."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        c1, c2, c4, c8, c16, c32 = (width * times for times in (1, 2, 4, 8, 16, 32))
        self.width = width
        self.face_encoder_blocks = nn.ModuleList(
            [
                nn.Sequential(Conv(6, c1, 7, 1, 3)),  # 96 x 96
                _down(c1, c2, 2),  # 48
                _down(c2, c4, 3),  # 24
                _down(c4, c8, 2),  # 12
                _down(c8, c16, 2),  # 6
                _down(c16, c32, 1),  # 3
                nn.Sequential(Conv(c32, c32, 3), Conv(c32, c32, 1)),  # 1
            ]
        )
        self.audio_encoder = nn.Sequential(
            *(Conv(1, c2, 3, 1, 1), *_same(c2, 2)),  # 80 bands x 16 steps
            *(Conv(c2, c4, 3, (3, 1), 1), *_same(c4, 2)),  # 27 x 16
            *(Conv(c4, c8, 3, 3, 1), *_same(c8, 2)),  # 9 x 6
            *(Conv(c8, c16, 3, (3, 2), 1), *_same(c16, 1)),  # 3 x 3
            *(Conv(c16, c32, 3), Conv(c32, c32, 1)),  # 1 x 1
        )
        self.face_decoder_blocks = nn.ModuleList(
            [
                nn.Sequential(Conv(c32, c32, 1)),  # 1 x 1
                nn.Sequential(Up(2 * c32, c32, 3), *_same(c32, 1)),  # 3
                _up(2 * c32, c32),  # 6
                _up(c32 + c16, 24 * width),  # 12
                _up(24 * width + c8, c16),  # 24
                _up(c16 + c4, c8),  # 48
                _up(c8 + c2, c4),  # 96
            ]
        )
        self.output_block = nn.Sequential(Conv(c4 + c1, c2, 3, 1, 1), nn.Conv2d(c2, 3, 1), nn.Sigmoid())

    def forward(self, mel: Tensor, faces: Tensor) -> Tensor:
        """``mel`` (B, 1, 80, 16), ``faces`` (B, 6, 96, 96): masked and whole, BGR, 0 to 1. Gives (B, 3, 96, 96)."""
        kept: list[Tensor] = []
        for block in self.face_encoder_blocks:
            faces = block(faces)
            kept.append(faces)
        out: Tensor = self.audio_encoder(mel)  # (B, 32 width, 1, 1)
        for block in self.face_decoder_blocks:
            out = torch.cat((block(out), kept.pop()), dim=1)
        painted: Tensor = self.output_block(out)
        return painted


def _same(channels: int, count: int) -> list[Conv]:
    return [Conv(channels, channels, 3, 1, 1, residual=True) for _ in range(count)]


def _down(cin: int, cout: int, count: int) -> nn.Sequential:
    return nn.Sequential(Conv(cin, cout, 3, 2, 1), *_same(cout, count))


def _up(cin: int, cout: int) -> nn.Sequential:
    return nn.Sequential(Up(cin, cout, 3, 2, 1, 1), *_same(cout, 2))
