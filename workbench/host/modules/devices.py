"""Where and in what type the host computes."""

from __future__ import annotations

import contextlib

import torch
from backend import memory_management

cpu = torch.device("cpu")
fp8 = False
device = memory_management.get_torch_device()
dtype = dtype_vae = dtype_unet = dtype_inference = torch.float32


def get_optimal_device() -> torch.device:
    """The device to compute on."""
    return device


def get_device_for(task: str) -> torch.device:
    """The device for one kind of work."""
    return device


def torch_gc() -> None:
    """Give cached memory back."""
    memory_management.soft_empty_cache()


@contextlib.contextmanager
def autocast(disable: bool = False):
    """No casting happens in float32."""
    yield


without_autocast = autocast


class NansException(Exception):
    """A result is not a number anywhere."""


def test_for_nans(x: torch.Tensor, where: str) -> None:
    """Raise :class:`NansException` when all of ``x`` is not a number."""
    if torch.isnan(x).all():
        raise NansException(f"A tensor with all NaNs was produced in {where}.")


test_for_nans.__test__ = False
