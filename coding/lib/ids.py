"""Public ids. Tests replace `source` to make two runs comparable."""

import uuid
from collections.abc import Callable

source: Callable[[], uuid.UUID] = uuid.uuid4


def new_uid() -> uuid.UUID:
    """Make a random public id (version 4: no time, no sequence, nothing to infer)."""
    return source()
