"""The one clock. Tests replace `source`."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

source: Callable[[], datetime] = timezone.now


def now() -> datetime:
    """Say what time it is, in UTC."""
    return source()
