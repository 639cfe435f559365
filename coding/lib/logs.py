"""What the log holds: the error, where it happened and on which page; no text of a report, no secret of a link."""

import logging
import re
import traceback
from types import TracebackType

# Whoever reads these addresses can join a project or set a password.
_SECRETS = re.compile(r"(?<=/)(invitation|password/reset)/(?!sent/)[^/\s]+(?:/[^/\s]+)?")


class WithoutTexts(logging.Formatter):
    """Leave out what errors quote (a database's error quotes the row), and the secrets in addresses."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # else what another formatter has written of the error is taken again
        return _SECRETS.sub(r"\1/…", super().format(record))

    def formatException(  # noqa: N802  the library's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Write the frames and the kind of an error and of those behind it, never their messages."""
        error, lines = ei[1], []
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            lines.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nbecause of:\n".join(lines)
