"""Small helpers extensions import from here."""

from __future__ import annotations

import numpy as np
import torch


def HWC3(x: np.ndarray) -> np.ndarray:
    """Bytes ``[H, W]`` or ``[H, W, 1 | 3 | 4]`` as ``[H, W, 3]``; alpha is laid on white."""
    x = x[:, :, None] if x.ndim == 2 else x
    if x.shape[2] == 3:
        return x
    if x.shape[2] == 1:
        return np.concatenate([x] * 3, axis=2)
    alpha = x[:, :, 3:].astype(np.float32) / 255.0
    return (x[:, :, :3] * alpha + 255.0 * (1.0 - alpha)).clip(0, 255).astype(np.uint8)


def numpy_to_pytorch(x: np.ndarray) -> torch.Tensor:
    """Bytes ``[H, W, C]`` as a batch of one, 0..1."""
    return torch.from_numpy(np.ascontiguousarray(x[None].astype(np.float32) / 255.0))


def pytorch_to_numpy(x: torch.Tensor) -> list[np.ndarray]:
    """A batch in 0..1 as a list of byte arrays."""
    return [np.clip(255.0 * y.cpu().numpy(), 0, 255).astype(np.uint8) for y in x]
