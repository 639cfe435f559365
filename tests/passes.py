"""What CI shares between its two passes: LOAM_PASS is 1 on SQLite and 2 on PostgreSQL; unset, everything runs.

Every rule is tested in each pass. Shared are repetitions of a walk in Chromium that differ in nothing which a database
could answer differently (the width of a page, the script of a text, the seed of a bad network); and the second pass
leaves out tests that ask no database, which the first has run.
"""

import os

PASS = os.environ.get("LOAM_PASS", "")


def shared(repetitions):
    """Give this pass its half of the repetitions, or all of them outside of CI."""
    return repetitions[int(PASS) - 1 :: 2] if PASS else repetitions


def asks_a_database(item):
    asked = {"db", "transactional_db", "live_server"} & set(item.fixturenames)
    return bool(asked or item.get_closest_marker("django_db") or {"browser", "durability"} & set(item.path.parts))
