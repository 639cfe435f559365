"""Run what tests send to the database of one server: a line of JSON in, a line of JSON out.

One such process answers all questions to its server, as to start Django costs far more than what is asked.
"""

import contextlib
import io
import json
import sys
import traceback

import django


def answers(asked):
    """Give what each piece of code prints, and the fault that it ended with, if any."""
    from django.db import connections

    for line in asked:
        said, fault = io.StringIO(), ""
        try:
            with contextlib.redirect_stdout(said):
                exec(json.loads(line), {"__name__": "inside"})
        except Exception:  # noqa: BLE001
            fault = traceback.format_exc()
        connections.close_all()  # nothing of it holds the database while the server is killed, or the database dropped
        yield [said.getvalue(), fault]


if __name__ == "__main__":
    django.setup()
    for answer in answers(sys.stdin):
        print(json.dumps(answer), flush=True)
