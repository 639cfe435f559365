"""Where Loam keeps what is not in the database: one folder, LOAM_HOME."""

import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def home(environ: MutableMapping[str, str] = os.environ) -> Path:
    """Give the data folder: LOAM_HOME, or `.loam` beside manage.py."""
    return Path(environ.get("LOAM_HOME") or ROOT / ".loam").absolute()


def kept_secret(environ: MutableMapping[str, str] = os.environ) -> str:
    """Read the secret that `demo` wrote; empty when there is none."""
    path = home(environ) / "secret"
    return path.read_text().strip() if path.exists() else ""


def prepare_demo(environ: MutableMapping[str, str]) -> None:
    """Make the data folder and its secret (readable by its owner only), and allow plain HTTP on this machine."""
    folder = home(environ)
    folder.mkdir(parents=True, exist_ok=True)
    if not environ.get("LOAM_SECRET_KEY") and not kept_secret(environ):
        descriptor = os.open(folder / "secret", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
    environ["LOAM_PLAIN_HTTP"] = "1"
