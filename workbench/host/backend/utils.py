"""Attribute paths and tensor files, under the names Forge's backend uses."""

from __future__ import annotations

import torch


def get_attr(obj, attr: str):
    """Follow a dotted path of attributes and return what is at its end."""
    for name in attr.split("."):
        obj = getattr(obj, name)
    return obj


def get_attr_with_parent(obj, attr: str):
    """Follow a dotted path; return ``(parent, last name, value)``."""
    parent_path, _, name = attr.rpartition(".")
    parent = get_attr(obj, parent_path) if parent_path else obj
    return parent, name, getattr(parent, name)


def set_attr_raw(obj, attr: str, value) -> None:
    """Set the attribute at a dotted path to exactly ``value``."""
    parent, name, _ = get_attr_with_parent(obj, attr)
    setattr(parent, name, value)


def set_attr(obj, attr: str, value: torch.Tensor) -> None:
    """Set the attribute at a dotted path to a frozen parameter holding ``value``."""
    set_attr_raw(obj, attr, torch.nn.Parameter(value, requires_grad=False))


def tensor2parameter(x: torch.Tensor) -> torch.nn.Parameter:
    """``x`` itself when it is a parameter already, else a frozen parameter around it."""
    return x if isinstance(x, torch.nn.Parameter) else torch.nn.Parameter(x, requires_grad=False)


def load_torch_file(ckpt: str, safe_load: bool = False, device: torch.device | None = None) -> dict:
    """Read a safetensors file whole into memory. The workbench opens no other format."""
    from safetensors.torch import load_file

    if not str(ckpt).lower().endswith(".safetensors"):
        raise ValueError(f"the workbench reads safetensors files only, not {ckpt}")
    return load_file(ckpt, device=str(device or "cpu"))
