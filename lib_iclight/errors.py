"""The one error a user can cause."""

UNPROCESSABLE = 422


class ICLightError(Exception):
    """Something the user asked for cannot be done.

    The message names the thing, the reason and the way out. ``status_code`` and ``detail`` sit on the instance
    because the web UI looks for them with ``vars(error)`` when it answers over the API.
    """

    def __init__(self, message: str, status_code: int = UNPROCESSABLE):
        super().__init__(message)
        self.status_code = status_code
        self.detail = message


class InterruptedRunError(ICLightError):
    """The user pressed Interrupt while something of ours took its time."""

    def __init__(self) -> None:
        super().__init__("IC Light was interrupted before the subject was ready. Generate again to go on.")
