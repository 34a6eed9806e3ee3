"""What a refused caller is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib_iclight.errors import ICLightError


def reason_of(call: Callable[..., Any], *args: Any, **options: Any) -> str:
    """Why a call is refused; the status says that the caller can mend it."""
    with pytest.raises(ICLightError) as caught:
        call(*args, **options)
    assert caught.value.status_code == 422
    return str(caught.value)
