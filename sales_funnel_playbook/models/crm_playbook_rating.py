"""Until 19.0.1.4.0: the place of 19.0.1.1.0, for modules that were written for it."""

from .deadline.depending import SETTLING

__all__ = ["SETTLING"]
