"""The distributions that `pip install -e .` brings. Target: 45 at most."""

import tomllib
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.bench.report import say, verdict
from tests.browser.server import ROOT

TARGET = 45


def wanted(lines, extras):
    """Give the requirements that hold on this machine."""
    for line in lines:
        one = Requirement(line)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield one


def closure(lines):
    """Follow requirements through what is installed here; the file's order decides nothing."""
    waiting, found = list(wanted(lines, ())), {}
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        known = found.setdefault(name, set())
        new = ({""} | one.extras) - known
        if not new:
            continue
        known |= new
        waiting += wanted(requires(name) or [], one.extras)
    return found


def measure(ground):
    lines = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    try:
        names = sorted(closure(lines))
    except PackageNotFoundError as missing:
        say(f"{missing.name} is not installed here, so nothing was counted.")
        return
    say(", ".join(f"{name} {version(name)}" for name in names))
    verdict("\nLoam itself and", len(names) + 1, TARGET, "distributions")
