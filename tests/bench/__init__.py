"""How fast and how big Loam is: `python -m tests.bench`. Not collected by pytest, since a timed test fails by chance.

Whole HTTP requests against the real server on 127.0.0.1, on SQLite with full synchronisation or (`--postgres URL`) on
databases of its own on a PostgreSQL server, on copies of a demonstration that is made for the run. Nothing here touches
your data.
"""
