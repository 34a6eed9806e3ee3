"""Equal exposure and white over a set: the medians of its gains, inside the mattes, are brought together.

A model paints each picture of a set a little brighter or warmer than the last. The gain's median inside the matte says
how much (see :func:`lib_iclight.restore.exposure.exposure_of`), and the gains are multiplied until the medians meet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from ..restore.exposure import Exposure

MOST = math.log(4.0)
"""Two stops: what is further off than that was painted wrong, and would be noise or white."""


def meeting_point(found: Sequence[Exposure]) -> Exposure:
    """Where the lights of a set are brought together: their median, channel by channel.

    Args:
        found: the exposures of the lights, one at least.
    """
    red, green, blue = (float(median(channel)) for channel in zip(*found, strict=True))
    return red, green, blue


def brought(found: Exposure, point: Exposure, strength: float) -> Exposure:
    """What a light is multiplied by to come to the meeting point, at most two stops.

    Args:
        found: the light's exposure.
        point: from :func:`meeting_point`.
        strength: 0 leaves it where it is, 1 brings it there.
    """
    red, green, blue = (
        strength * min(max(there - here, -MOST), MOST) for here, there in zip(found, point, strict=True)
    )
    return red, green, blue
