"""What CI shares between its two passes: LOAM_PASS is 1 on SQLite and 2 on PostgreSQL; unset, everything runs.

Every rule that a database could answer differently is tested in each pass. Shared are repetitions of a walk in
Chromium (the width of a page, the script of a text, the seed of a bad network), and walks whose rules are about the
page alone: which key does what, what fits. What the server does for them is tested in each pass. The second leaves out
tests that ask no database, which the first has run.
"""

import os

PASS = os.environ.get("LOAM_PASS", "")
OF_THE_PAGE = {
    "test_keys.py": "1", "test_rating.py": "1", "test_scale_by_keys.py": "1",
    "test_coding_room.py": "2", "test_long_names.py": "2", "test_relation_map.py": "2",
}  # fmt: skip


def shared(repetitions):
    """Give this pass its half of the repetitions, or all of them outside of CI."""
    return repetitions[int(PASS) - 1 :: 2] if PASS else repetitions


def asks_a_database(item):
    asked = {"db", "transactional_db", "live_server"} & set(item.fixturenames)
    return bool(asked or item.get_closest_marker("django_db") or {"browser", "durability"} & set(item.path.parts))


def runs(item):
    """Say whether a test runs in this pass."""
    if "browser" in item.path.parts and item.path.name in OF_THE_PAGE:
        return OF_THE_PAGE[item.path.name] == PASS
    return PASS == "1" or asks_a_database(item)
