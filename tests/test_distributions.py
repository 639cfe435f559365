"""What `pip install -e .` brings with it, by what is said of the distributions that are installed."""

from importlib.metadata import requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MOST = 45


def brought(by):
    """Name the distributions that one needs, whatever depth they come from; without those of its own extras."""
    found, waiting = {}, [(by, "")]
    for name, extra in waiting:
        for needed in map(Requirement, requires(name) or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                known = found.setdefault(canonicalize_name(needed.name), set())
                new = {"", *needed.extras} - known
                known |= new
                waiting += [(needed.name, one) for one in new]
    return set(found)


def test_few_distributions_are_brought():
    names = brought("loam")
    assert {"django", "psycopg-binary", "sqlparse"} <= names
    assert "pytest" not in names
    assert len(names) <= MOST, sorted(names)
