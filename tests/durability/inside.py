"""What the test of the killed server asks from inside, by `manage.py shell`: make the work, look at what is there."""

import json
from collections import defaultdict

from django.db import transaction

from coding.lib.canonical import canonical, sha256
from coding.open_coding.changes import scene_in
from coding.open_coding.models import Segment
from coding.people.models import Event
from coding.people.rules import hashed, issue_token
from coding.rounds.models import Assignment
from coding.selective_coding.rules import reading_of
from tests import factory

LENGTH = 400  # code points of each text; every code point is a word to code


@transaction.atomic
def prepare(clients):
    """Write a project in which each of these coders has one text to code and one to rate; print their tokens."""
    project = factory.project(factory.user("lead"))
    factory.incidents(project, 1, text="a " * (LENGTH // 2))
    coders = [factory.member(project, f"coder{number}") for number in range(clients)]
    coded, rated = (factory.round_of(project, coders, stage) for stage in ("open", "rating"))
    scale = [str(row.uid) for layer in project.scales.get().layers.all() for row in layer.categories.all()]
    people = [
        {
            "token": issue_token(one, "durability", "write")[1],
            "code": str(factory.assignment(coded, one).uid),
            "rate": str(factory.assignment(rated, one).uid),
        }
        for one in coders
    ]
    print(json.dumps({"people": people, "scale": scale}))


def look():
    """Print what is there: faults of the record and of the rows, and the keys of all saves with what each wrote."""
    streams = defaultdict(list)
    for event in Event.objects.select_related("actor", "undoes").order_by("stream", "position"):
        streams[event.stream].append(event)
    faults = [fault for events in streams.values() for fault in chain_faults(events)]
    saved = {event.key: wrote(event) for events in streams.values() for event in events if event.key}
    print(json.dumps({"faults": [*faults, *row_faults(streams)], "saved": saved}))


def chain_faults(events):
    """Name holes in the positions and links that do not hold."""
    previous = ""
    for position, event in enumerate(events, 1):
        if event.position != position:
            yield f"{event.stream}: position {event.position} where {position} belongs"
        if event.previous_hash != previous or event.hash != sha256(canonical(hashed(event))):
            yield f"{event.stream}: the chain breaks at {event.position}"
        previous = event.hash


def wrote(event):
    """Give what a save wrote: a rating, or the segment of an act of open coding."""
    after = json.loads(event.after)
    return after["segments"][0] if "segments" in after else after


def row_faults(streams):
    """Name rows without their event, events without their rows, and halves of a save."""
    for assignment in Assignment.objects.select_related("coder", "round"):
        events = streams[assignment.stream]
        last = json.loads(events[-1].after) if events else None
        if assignment.round.stage == "rating":
            stands = reading_of(assignment).plain()
            if last and stands != last:
                yield f"{assignment.stream}: rated {stands}, recorded {last}"
            if stands["choices"] and stands["primary"] is None:
                yield f"{assignment.stream}: a rating without its primary"
        else:
            rows = Segment.objects.filter(assignment=assignment).prefetch_related("codings__code")
            stands = {str(row.uid): sorted(str(one.code.uid) for one in row.codings.all()) for row in rows}
            scenes = [scene_in(one.after) for one in events]
            recorded = {state.uid: sorted(state.codes) for scene in scenes for state in scene.segments}
            if stands != recorded:
                yield f"{assignment.stream}: {len(stands)} segments, {len(recorded)} recorded, or other codes"
            if not all(stands.values()):
                yield f"{assignment.stream}: a segment without coding"
