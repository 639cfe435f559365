"""The API's part of the crawl table of two worlds: each route once with each documented parameter, as the coder."""

from uuid import UUID

from django.urls import reverse

from coding.people.models import Event
from tests.axial_coding.two_worlds import sort_by_program
from tests.worlds import Ask

NOBODY = UUID(int=7, version=4)


def ask(name, *args, query="", **more):
    return Ask(f"api:{name}", reverse(f"api:{name}", args=args) + query, **more)


def sends(name, *args, method="post", data=None, **more):
    return ask(name, *args, method=method, data={} if data is None else data, json=True, **more)


def own_before(w):
    """A segment that the coder may show for the rating, which is of the same incident."""
    before = w.coded.assignments.filter(coder=w.coder, incident=w.rate_here.incident).first()
    return before.segments.order_by("start").first().uid if before else w.saved.segment


def with_evidence(choice, segment):
    return {**choice, "choices": [{**one, "evidence": [str(segment)]} for one in choice["choices"]]}


def api_crawl(w):
    """Order matters, changes come last. Everything that the coder may not see is asked for too."""
    project, here, rating = w.project.uid, w.code_here.uid, w.rate_here.uid
    text, segment = w.code_here.incident.text, UUID(w.saved.segment)
    span = {"start": 20, "end": 29, "quote": text[20:29], "codes": [{"name": "asking twice"}]}
    key = (("Idempotency-Key", "api-1"),)
    rounds = (w.coded, w.rated, w.coding, w.rating, w.mapped, w.mapping, w.draft)
    held = (w.code_here, w.code_next, w.code_theirs, w.code_before)
    choice = {"choices": [{"scale_category": str(w.seventh.uid)}], "primary": str(w.seventh.uid)}
    wording = {"version": 1, "name": "x"}
    thought = {"kind": "code", "text": "Why **so** late?"}
    things = [
        ("code", w.own_code),
        ("code", w.codes[0]),
        ("code", w.bos_code),
        ("category", w.category),
        ("incident", w.incidents[2]),
    ]
    enumerated = [((("Idempotency-Key", f"memo-{number}"),), thing) for number, thing in enumerate(things)]
    return [
        Ask("api:nothing", "/api/v1/"), Ask("api:unknown", "/api/v1/nowhere/"), ask("schema"),
        ask("project-list"), ask("project-list", query="?page_size=1&page=1"), ask("project-detail", project),
        sends("project-detail", project, method="patch", data={"name": "x"}), ask("member-list", project),
        ask("incident-list", project), ask("incident-list", project, query="?q=guest&page_size=2&page=2"),
        *(ask("incident-detail", project, one.uid) for one in w.incidents), ask("incident-detail", project, NOBODY),
        sends("incident-list", project, data={"incidents": [{"title": "x", "text": "y"}]}),
        ask("code-list", project), sends("code-list", project, data={"name": "a new word"}),
        *(ask("code-detail", project, one.uid) for one in (*w.codes, w.own_code, w.bos_code)),
        sends("code-detail", project, w.codes[0].uid, method="patch", data=wording),
        sends("code-detail", project, w.own_code.uid, method="patch", data=wording), ask("scale-list", project), sends("scale-list", project, data={"name": "x"}), ask("example-list", project), sends("example-list", project, data={"scale_category": str(w.seventh.uid), "quote": "x"}), sends("example-take-back", project, NOBODY, data={"reason": "x"}),
        ask("round-list", project), *(ask("round-detail", project, one.uid) for one in rounds),
        *(ask("round-states", project, one.uid) for one in rounds), ask("round-states", project, w.coding.uid, query="?state=submitted"),
        *(sends(f"round-{verb}", project, w.draft.uid) for verb in ("open", "release")),
        sends("round-open-readings", project, w.coding.uid), sends("round-release", project, w.coding.uid, data={"reason": "x"}),
        *(ask("round-measurements", project, one.uid) for one in rounds), *places(w), *mapped_rounds(w), *parts(w), *integrations(w), *(ask("round-sorts", project, one.uid) for one in (w.sorting, *rounds)),
        ask("round-measurements", project, w.rated.uid, query="?batch=all"), sends("round-measurements", project, w.rated.uid),
        sends("round-reopen", project, w.coding.uid, data={"assignment": str(w.code_theirs.uid), "reason": "x"}),
        ask("assignment-list"), ask("assignment-list", query=f"?project={project}&round={w.coding.uid}&state=to_do&stage=open"),
        *(ask("assignment-detail", one.uid) for one in (*held, w.rate_here, w.rate_theirs)),
        *(ask("segment-list", one.uid) for one in (*held, w.rate_here)), ask("segment-list", here, query="?page_size=1"),
        ask("segment-detail", here, segment), ask("segment-detail", w.code_theirs.uid, w.bos.segment), ask("segment-detail", here, w.bos.segment),
        *(ask("usable-code-list", one.uid) for one in held),
        *(ask(name, one.uid) for name in ("rating", "rating-scale", "rating-suggestion") for one in (w.rate_here, w.rate_theirs)),
        sends("segment-list", here, data=span, headers=key), sends("segment-list", here, data=span, headers=key),
        sends("segment-list", here, data={**span, "codes": [{"name": "a new word"}]}), ask("usable-code-list", here),
        sends("segment-list", here, data={**span, "codes": [{"uid": str(w.bos_code.uid)}]}),
        sends("segment-list", here, data={**span, "uid": w.bos.segment}), sends("segment-list", w.code_theirs.uid, data=span),
        sends("usable-code-detail", here, w.own_code.uid, method="patch", data={"version": 1, "definition": "mine"}),
        sends("usable-code-detail", here, w.own_code.uid, method="patch", data=wording),
        sends("usable-code-detail", here, w.bos_code.uid, method="patch", data=wording),
        *(sends("usable-code-propose", here, one.uid, data={"definition": "sharper"}) for one in (w.codes[0], w.bos_code, w.own_code)),
        sends("usable-code-propose", w.code_theirs.uid, w.codes[0].uid, data={"definition": "sharper"}),
        sends("segment-add-code", here, segment, data={"name": "one more"}),
        *changes(w, sends, segment),
        sends("segment-remove-code", here, segment, w.own_code.uid, method="delete"), sends("segment-undo", here),
        sends("segment-detail", here, segment, method="delete"), sends("segment-submit", w.code_theirs.uid), sends("segment-submit", here),
        sends("rating", rating, method="put", data=choice), sends("rating", w.rate_theirs.uid, method="put", data=choice),
        *(sends("rating", rating, method="put", data=with_evidence(choice, one)) for one in (w.bos.segment, NOBODY, own_before(w))),
        sends("rating-second-thought", rating, data={"note": "x"}),
        sends("rating-submit", w.rate_theirs.uid), sends("rating-submit", rating), ask("rating-suggestion", rating),
        *(sends("rating-second-thought", one.uid, data={"note": "x"}) for one in (w.rate_here, w.rate_theirs)),
        *sort_by_program(w, ask, sends),
        ask("memo-list", project), ask("memo-list", project, query=f"?q=fee&kind=code&by={w.coder.uid}&on={w.own_code.uid}&page_size=1"),
        *(ask("memo-list", project, query=f"?{name}={one.uid}") for name, one in (("by", w.other), ("by", w.third), ("on", w.bos_code), ("on", w.codes[0]))),
        *(ask("memo-detail", project, one.uid) for one in (*w.memos, w.bos_memo, w.thirds_memo)),
        *(sends("memo-list", project, data={**thought, name: str(one.uid)}, headers=key) for key, (name, one) in enumerated),
        sends("memo-list", project, data=thought), sends("memo-list", project, data={**thought, "segment": w.bos.segment}),
        *(sends("memo-detail", project, one.uid, method="patch", data={"version": 1, "text": "x"}) for one in (w.memos[0], w.bos_memo, w.thirds_memo)),
        sends("memo-detail", project, w.memos[0].uid, method="patch", data={"version": 1, "kind": "theoretical"}),
        *(sends("memo-share", project, one.uid) for one in (w.memos[0], w.bos_memo, w.thirds_memo)),
        *(sends("memo-detail", project, one.uid, method="delete") for one in (w.memos[1], w.bos_memo, w.thirds_memo)), ask("memo-list", project, query="?q="),
        ask("results", project, w.scale.uid), ask("results", project, w.scale.uid, query="?by=year"), ask("results-cross", project, w.scale.uid, w.scale.uid), ask("coverage", project, w.scale.uid), ask("vector-list", project), ask("vector-list", project, query="?round=x&scale=x&page=1&page_size=1"), ask("near-duplicates", project), *regroups(w),
        ask("flow", project), *(ask("flow", project, query=f"?scale={w.scale.uid}&by={by}&within={within}") for by, within in (("modality", f"category:{w.category.uid}"), ("incident", "unsorted"), ("x", ""))),
        ask("saturation", project), ask("saturation", project, query=f"?base=1&run=1&threshold=9&scale={w.scale.uid}"),
        ask("saturation-judgement-list", project), sends("saturation-judgement-list", project, data={"category": str(w.category.uid), "reached": True, "rationale": "x"}),
        ask("sampling", project), ask("sampling", project, query=f"?scale={w.scale.uid}"), ask("negative-case-list", project), *(sends("negative-case-list", project, data={"category": str(w.category.uid), "changed": "nothing", "why": "x", **more}) for more in ({}, {"segment": w.bos.segment})),
        ask("chain-break-list", project), ask("chain-break-list", project, query=f"?scale={w.scale.uid}"),
        sends("round-detail", project, w.draft.uid, method="delete"),
        ask("assignment-list"), ask("segment-list", here), ask("rating", rating), sends("project-list", data={"name": ""}),
    ]  # fmt: skip


def mapped_rounds(w):
    """What others mapped and how it was decided stays closed to a coder of an open blind round."""
    said = {"scale_category": str(w.seventh.uid), "reason": "slip", "rationale": "x"}
    return [
        step for one in (w.mapped, w.mapping)
        for step in (
            ask("mapped", w.project.uid, one.uid), sends("mapped-take-over", w.project.uid, one.uid),
            sends("mapped-settle", w.project.uid, one.uid, w.category.uid, data=said),
            sends("mapped-reopen", w.project.uid, one.uid, w.category.uid, data={"decision": str(NOBODY), "reason": "x"}),
        )
    ]  # fmt: skip


def acts_undone(w):
    """A coder undoes no act, neither one on the project's words nor one of the other's that nobody else may see."""
    latest = (Event.objects.filter(project=w.project, actor=who).order_by("-pk").first() for who in (w.coder, w.other))
    return [sends("act-undo", w.project.uid, one.uid if one else NOBODY, data={"reason": "x"}) for one in latest]


def regroups(w):
    """Splits and merges by program; a coder may do none of them, and learns nothing of the segments."""
    code, category, why = (w.project.uid, w.codes[0].uid), (w.project.uid, w.category.uid), {"reason": "x"}
    return [
        ask("code-split", *code), sends("code-split", *code, data={"new": {"name": "x"}, "segments": [w.bos.segment], **why}),
        sends("category-merge", *category, data={"into": str(w.second.uid), **why}),
        sends("category-split", *category, data={"name": "x", "codes": [str(w.codes[0].uid)], **why}),
        ask("act-list", w.project.uid), ask("act-list", w.project.uid, query="?page_size=1&page=1"), *acts_undone(w),
    ]  # fmt: skip


def integrations(w):
    """The living mapping and the core category by program."""
    at, project, said = (w.project.uid, w.scale.uid), w.project.uid, {"scale_category": str(w.seventh.uid)}
    held = (w.category, w.own_pile, w.bos_pile)
    return [
        ask("mapping-list", *at), *(sends("mapping-detail", *at, one.uid, method="put", data=said) for one in held),
        *(sends("mapping-detail", *at, one.uid, method="delete") for one in held), ask("category-list", project),
        *(sends("category-list", project, data={"name": name}) for name in ("A third one", "Promises of later")),
        *(sends("category-core", project, one.uid, method=how) for one in held for how in ("put", "delete")),
        *(ask("category-detail", project, one.uid) for one in held),
        *(sends("category-detail", project, one.uid, method="patch", data={"version": 1, "name": "x"}) for one in held),
        *(sends("category-retire", project, one.uid, data={"reason": "x"}) for one in held),
        ask("storyline", project), sends("storyline", project, method="put", data={"text": "x", "version": 0}),
    ]  # fmt: skip


def parts(w):
    """The living scale by program; a coder of an open blind round learns nothing of what is done to it."""
    at, why = (w.project.uid, w.scale.uid, w.seventh.uid), {"reason": "x"}
    more = {
        "move": {"to": "up"},
        "move_to_layer": {"layer": str(w.seventh.layer.uid)},
        "merge": {"into": str(w.seventh.uid)},
        "split": {"kept": {"name": "x"}, "made": {"name": "y"}},
    }
    verbs = ("move", "move_to_layer", "retire", "bring_back", "merge", "split", "undo")
    return [
        ask("scale-detail", *at[:2]), ask("scale-part-effects", *at), sends("scale-parts", *at[:2], data={"name": "x", **why}),
        sends("scale-part", *at, method="patch", data={"name": "x", **why}),
        *(sends(f"scale-part-{verb}", *at, data=why | more.get(verb, {})) for verb in verbs),
    ]  # fmt: skip


def places(w):
    """Mapping by program, own and others', before the pages do it."""
    held = (w.map_here, w.map_theirs, w.mapped.assignments.last())
    said = {"scale_category": str(w.seventh.uid), "rationale": "So it is."}
    return [
        *(ask(name, one.uid) for one in held for name in ("assignment-detail", "places", "places-scale")),
        *(sends("place", one.uid, w.second.uid, method="put", data=said) for one in held), *(sends("places-submit", one.uid) for one in held),
    ]  # fmt: skip


def changes(w, sends, segment):
    """The coding room's acts by program, each also on the other's work."""
    here, theirs, bos, text = w.code_here.uid, w.code_theirs.uid, UUID(w.bos.segment), w.code_here.incident.text
    code, hit = w.own_code.uid, {"start": 0, "end": 1, "quote": text[:1]}
    acts = [
        ("doubt", [segment], {"is_uncertain": True}), ("against", [segment], {"category": str(w.category.uid)}),
        ("against", [segment], {"category": str(w.bos_code.uid)}), ("change-code", [segment, code], {"uid": str(w.bos_code.uid)}),
        ("ends", [segment], {"start": 2, "end": 9}), ("ends", [segment], {"start": 2, "end": 9, "was_start": 0, "was_end": 1}),
        ("split", [segment], {"at": 5}), ("join", [segment], {"segment": w.bos.segment}),
        ("marks", [], {"paragraphs": [{"start": 0, "kind": "left_out"}]}), ("hits", [], {"hits": [hit], "code": {"name": "a new word"}}),
        ("undo", [], {}), ("redo", [], {}), ("uncodable", [], {"reason": "No text."}), ("submit", [], {"rest": "boring"}),
        ("ask-reopening", [], {"reason": "A slip."}), ("undo", [], {"after": "unknown"}),
    ]  # fmt: skip
    own = [sends(f"segment-{name}", here, *more, data=data) for name, more, data in acts]
    return own + [
        sends(f"segment-{name}", theirs, *[bos if one == segment else one for one in more], data=data)
        for name, more, data in acts
    ]
