"""The card sort's part of the crawl of two worlds: one open blind sort, in which the other acts in one world only."""

from django.urls import reverse

from coding.axial_coding import sorting
from coding.codes.models import Category
from tests import factory
from tests.worlds import Ask

HTMX = (("HX-Request", "true"),)


def open_sort(w):
    """Open a sort of the codes that were ordered before; both coders have begun, each with an own category."""
    w.sorting = factory.round_of(w.project, [w.coder, w.other], "axial", incidents=[], name="Sorting now")
    w.sort_here, w.sort_theirs = factory.assignment(w.sorting, w.coder), factory.assignment(w.sorting, w.other)
    for held in (w.sort_here, w.sort_theirs):
        sorting.put(held.coder, held, [w.codes[0].uid], new="Fees")
    own = Category.objects.filter(name="Fees")
    w.own_pile, w.bos_pile = own.get(coined_by=w.coder), own.get(coined_by=w.other)


def others_sort(w):
    """What the other does in one world: sort, coin, rename, remove, submit."""
    sorting.put(w.other, w.sort_theirs, [w.codes[2].uid], w.category.uid)
    sorting.put(w.other, w.sort_theirs, [w.codes[2].uid], new="A pile of bo's")
    sorting.put(w.other, w.sort_theirs, [w.codes[0].uid], None)
    sorting.rename_own(w.other, w.sort_theirs, w.bos_pile.uid, "Money")
    sorting.remove_own(w.other, w.sort_theirs, w.bos_pile.uid)
    sorting.submit(w.other, w.sort_theirs, leave_rest=True)


def page(name, *args, query="", **more):
    return Ask(f"axial_coding:{name}", reverse(f"axial_coding:{name}", args=args) + query, **more)


def posts(name, *args, data=None, **more):
    return page(name, *args, method="post", data=data or {}, **more)


def sort_pages(w):
    """Each page of the sort, own and other's; changes come last."""
    slug, here, theirs = w.project.slug, w.sort_here.uid, w.sort_theirs.uid
    one, two = w.codes[0].uid, w.codes[2].uid
    moves = [
        {"code": one, "category": w.category.uid}, {"code": [one, two], "new": "Fees"}, {"code": two, "new": "a pile of BO'S"},
        {"code": two, "category": w.bos_pile.uid}, {"code": two, "new": "A third one"}, {"code": two, "new": "Promises of later"},
        {"code": two, "category": w.second.uid, "from": "unsorted"}, {"code": one, "category": "unsorted"},
    ]  # fmt: skip
    return [
        *(page("split", slug, one.uid) for one in (w.codes[0], w.bos_code)),
        *(posts("split", slug, one.uid, data={"do": do, "name": "x"}) for one in (w.codes[0], w.bos_code) for do in ("begin", "goes")),
        page("duplicates", slug), page("regroup", slug, w.category.uid),
        page("cooccurrence", slug), page("cooccurrence", slug, query=f"?of=categories&way=incident&order=jaccard&about={w.category.uid}&page=2"),
        *(page("behind_pair", slug, w.codes[0].uid, one.uid, query="?way=segment&page=2") for one in (w.codes[2], w.bos_code)), page("behind_pair", slug, w.category.uid, w.second.uid, query="?way=incident"),
        page("map", slug), page("map", slug, query=f"?about={w.category.uid}"),
        *(posts("regroup", slug, w.category.uid, data={"do": do, "target": w.second.uid, "name": "x", "reason": "x"}) for do in ("merge", "split")),
        page("sorts", slug, w.sorting.uid), posts("adopt", slug), page("acts", slug), page("evidence", slug, w.project.uid), posts("evidence", slug, w.project.uid), page("properties", slug, w.category.uid), posts("properties", slug, w.category.uid, data={"do": "set", "name": "x"}),
        page("label", slug, w.category.uid), posts("label", slug, w.category.uid, data={"label": "x"}), page("acts", slug, query="?page=2"), posts("acts", slug, data={"event": w.project.uid, "reason": "x"}), page("sort", theirs),
        page("sort", here), page("sort", here, query="?column=unsorted"),
        *(page("sort_card", uid, one, headers=how) for uid in (here, theirs) for how in ((), HTMX)),
        *(posts("sort_move", uid, data=data, headers=HTMX) for data in moves for uid in (here, theirs)), page("sort", here),
        *(posts("own_category", uid, pile.uid, data=data) for uid in (here, theirs) for pile in (w.own_pile, w.bos_pile)
          for data in ({"name": "Money"}, {"name": "False promises"}, {"do": "remove"})),
        posts("sort_submit", theirs, data={"leave_rest": "yes"}), posts("sort_submit", here),
        posts("sort_move", here, data={"code": one, "category": w.category.uid}), page("sort", here),
        posts("sort_submit", here, data={"leave_rest": "yes"}), posts("sort_ask_back", theirs, data={"reason": "A slip."}),
        posts("sort_ask_back", here, data={"reason": "A slip."}), page("sort", here),
        Ask("rounds:round", reverse("rounds:round", args=[slug, w.sorting.uid])),
    ]  # fmt: skip


def sort_by_program(w, ask, sends):
    """The same at the second door."""
    here, theirs = w.sort_here.uid, w.sort_theirs.uid
    code = str(w.codes[2].uid)
    moves = [{"codes": [code], "new": "Fees"}, {"codes": [code], "new": "A pile of bo's"},
             {"codes": [code], "category": str(w.bos_pile.uid)}, {"codes": [code], "category": str(w.category.uid), "was": None}]  # fmt: skip
    project, acts = w.project.uid, ("merge", "adopt", "retire", "undo")
    words, one = {"reason": "x", "into": code}, w.category.uid
    return [
        *(sends(f"code-{act}", project, one.uid, data=words) for act in acts for one in (w.codes[0], w.bos_code, w.own_code)),
        ask("relation-list", project), ask("relation-detail", project, one), ask("relation-candidates", project, one), sends("relation-list", project, data={"phenomenon": str(w.category.uid), "role": "context", "code": code}),
        sends("relation-attach", project, one, data={"segment": code, "speaks": "for"}), sends("relation-take-back", project, one, one, method="delete"), sends("relation-detail", project, one, method="delete"),
        ask("properties", project, w.category.uid), sends("properties", project, w.category.uid, data={"name": "x", "version": "x"}), sends("properties", project, w.category.uid, method="delete"),
        ask("category-label", project, w.category.uid), sends("category-label", project, w.category.uid, method="put", data={"in_vivo_label": "x"}),
        sends("properties-incidents", project, w.category.uid, data={"property": "x", "incidents": [{"incident": 1, "step": 1, "was": None}]}), sends("board-moves", project, data={"codes": [code], "new": "Fees"}),
        ask("co-occurrence", project), ask("co-occurrence", project, query=f"?of=codes&way=incident&order=jaccard&about={w.bos_code.uid}&page_size=1&page=1"),
        *(ask("co-occurrence-segments", project, query=f"?one={w.codes[0].uid}&other={other.uid}&way=segment&page_size=1&page=1") for other in (w.codes[2], w.bos_code)),
        ask("placement", here), ask("placement", theirs),
        *(sends("placement", uid, data=data) for data in moves for uid in (here, theirs)), ask("placement", here),
        *(sends("placement-category", uid, pile.uid, method=how, data={"name": "Money"} if how == "patch" else None)
          for uid in (here, theirs) for pile in (w.own_pile, w.bos_pile) for how in ("patch", "delete")),
        sends("placement-submit", theirs, data={"leave_rest": True}), sends("placement-submit", here, data={"leave_rest": True}),
    ]  # fmt: skip
