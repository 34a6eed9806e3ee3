"""Intervals and correlation for the scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

_Z = 1.959964
_RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        digits = 1 if abs(self.value) >= 10 else 2
        return f"{self.value:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def share(hits: Tensor) -> Estimate:
    """Return the share of ones in ``hits`` [N] with Wilson's interval (Wilson 1927)."""
    count, value = len(hits), float(hits.float().mean())
    middle = (value + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z / (1 + _Z**2 / count) * math.sqrt(value * (1 - value) / count + _Z**2 / (4 * count**2))
    return Estimate(value, max(0.0, middle - reach), min(1.0, middle + reach))


def _resampled(count: int) -> Tensor:
    return torch.randint(count, (_RESAMPLES, count), generator=torch.Generator().manual_seed(1))


def _between(value: float, drawn: Tensor) -> Estimate:
    low, high = torch.quantile(drawn, torch.tensor([0.025, 0.975])).tolist()
    return Estimate(value, low, high)


def mean(values: Tensor) -> Estimate:
    """Return the mean of ``values`` [N] with a bootstrap interval."""
    return _between(float(values.mean()), values[_resampled(len(values))].mean(1))


def median(values: Tensor) -> Estimate:
    """Return the median of ``values`` [N] with a bootstrap interval."""
    return _between(float(values.quantile(0.5)), values[_resampled(len(values))].quantile(0.5, dim=1))


def circular(first: Tensor, second: Tensor) -> Tensor:
    """Return the correlation of paired angles in degrees, [..., N] each to [...] (Fisher and Lee 1983)."""
    a, b = torch.deg2rad(first), torch.deg2rad(second)

    def added(x: Tensor, y: Tensor) -> Tensor:
        return (x * y).sum(-1)

    above = added(a.cos(), b.cos()) * added(a.sin(), b.sin()) - added(a.cos(), b.sin()) * added(a.sin(), b.cos())
    count = first.shape[-1]

    def spread(x: Tensor) -> Tensor:
        return count**2 - (2 * x).cos().sum(-1) ** 2 - (2 * x).sin().sum(-1) ** 2

    return 4 * above / (spread(a) * spread(b)).clamp(min=1e-9).sqrt()


def correlation(first: Tensor, second: Tensor) -> Estimate:
    """Return ``circular`` of two rows of angles [N] with a bootstrap interval."""
    rows = _resampled(len(first))
    return _between(float(circular(first, second)), circular(first[rows], second[rows]))


def turn(angles: Tensor) -> Estimate:
    """Return the mean direction of ``angles`` [N] in degrees, -180 to 180, with a bootstrap interval.

    The angle of the mean of unit vectors (N. I. Fisher, "Statistical Analysis of Circular Data", 1993, section 2.3).
    """

    def direction(drawn: Tensor) -> Tensor:
        radians = torch.deg2rad(drawn)
        return torch.rad2deg(torch.atan2(radians.sin().mean(-1), radians.cos().mean(-1)))

    value = float(direction(angles))
    spread = (direction(angles[_resampled(len(angles))]) - value + 180) % 360 - 180
    return _between(value, value + spread)
