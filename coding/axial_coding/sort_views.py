"""Pages of the blind card sort: the coder's own board, where codes are put into piles, and its submission."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_htmx.http import trigger_client_event

from coding.axial_coding import sorting
from coding.axial_coding.card_sort import card_sort
from coding.axial_coding.queries import UNSORTED
from coding.axial_coding.side_by_side import side_by_side
from coding.codes.checks import MOST_CODES
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, back_with
from coding.people.access import MemberRequest, project_page, signed_in
from coding.people.keys import key_of
from coding.people.models import Project, Role
from coding.rounds.access import assignment_to_save, may_ask_back, may_work, open_assignment
from coding.rounds.models import Assignment, Round
from coding.rounds.rules import ask_reopening, has_opened

WHOLE = ("round__edition", "coder")


def assignment_for(request: MemberRequest, uid: str) -> Assignment:
    return open_assignment(request, uid, Round.Stage.AXIAL, *WHOLE)


def own_assignment(request: MemberRequest, uid: str) -> Assignment:
    """The same for verbs, which refuse what is somebody else's."""
    return assignment_to_save(request, uid, Round.Stage.AXIAL)


@require_safe
@signed_in
def sort(request: MemberRequest, uid: str) -> HttpResponse:
    """The codes of a round to sort: its coder sorts here, others who may see it read."""
    assignment = assignment_for(request, uid)
    found = card_sort(assignment, request.GET.get("column", ""))
    is_coder = assignment.coder_id == request.user.pk
    context = {
        "assignment": assignment, "round": assignment.round, "sort": found, "may_sort": may_work(request, assignment),
        "is_coder": is_coder, "may_ask": may_ask_back(request, assignment), "choices": found.choices,
    }  # fmt: skip
    return render(request, "axial_coding/sort.html", context)


@require_GET
@signed_in
def sort_card(request: MemberRequest, uid: str, code: str) -> HttpResponse:
    """One code with its choice of a pile: a small page, or for htmx the form inside the card."""
    assignment = assignment_for(request, uid)
    if not may_work(request, assignment):
        raise Http404("This sort is not yours to change, or it is submitted.")
    found = card_sort(assignment, quoted=(), shown=MOST_CODES)
    held = found.pile_of(str(code))
    if held is None:
        raise Http404("There is no such code in this round.")
    context = {"assignment": assignment, "pile": held[0], "card": held[1], "choices": found.choices}
    part = "#move" if request.headers.get("HX-Request") else ""
    return render(request, f"axial_coding/sort_card.html{part}", context)


@require_safe
@project_page(shared=True)
def sorts(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """A released round's sorts side by side, and for a lead the groups to move codes by."""
    rounds = Round.objects.visible_to(request.user).filter(stage=Round.Stage.AXIAL).released()
    of = get_object_or_404(rounds.select_related("edition", "project"), project=project, uid=uid)
    context = {
        "round": of, "sorts": side_by_side(request.user, of), "has_opened": has_opened(request.user, of),
        "is_lead": request.membership.role == Role.LEAD,
    }  # fmt: skip
    return render(request, "axial_coding/sorts.html", context)


@require_POST
@signed_in
def sort_move(request: MemberRequest, uid: str) -> HttpResponse:
    """Move one card or several into a pile, a new own one, or back among the unsorted."""
    assignment = own_assignment(request, uid)
    codes, into, new = chosen_codes(request), request.POST.get("category", ""), request.POST.get("new", "")
    if not new.strip() and into != UNSORTED and as_uid(into) is None:
        raise BadInput("Choose a category to move to, or write the name of a new one.")
    moved = sorting.put(
        request.user, assignment, codes, as_uid(into), new=new, was=seen(request, codes), key=key_of(request)
    )
    says = moved_in_words(len(codes), moved.name, moved.category is None)
    if not request.headers.get("HX-Request"):
        place = f"#column-{moved.category or UNSORTED}"
        return back_with(request, reverse("axial_coding:sort", args=[uid]) + place, says)
    keys = {str(one or UNSORTED) for one in (moved.category, *moved.left)} | set(request.POST.getlist("from"))
    return moved_piles(request, uid, None if new.strip() else keys, says, moved.at)


def moved_piles(
    request: MemberRequest, uid: str, keys: set[str] | None, says: str, at: datetime
) -> HttpResponse:  # fmt: skip
    """Answer htmx with the piles that changed (None: all of them, one may be new), and the words for everybody."""
    assignment = assignment_for(request, uid)
    found = card_sort(assignment, column_shown(request), keys)
    context = {
        "assignment": assignment, "sort": found, "says": says, "at": at.isoformat(), "may_sort": True,
        "choices": found.choices, "all_piles": keys is None,
        "piles": [pile for pile in found.piles if keys is None or pile.key in keys],
    }  # fmt: skip
    return trigger_client_event(render(request, "axial_coding/_sorted.html", context), "announce", {"value": says})


def column_shown(request: MemberRequest) -> str:
    """Read the open column from the address of the page; one that can't be read opens none, as the move is stored."""
    try:
        query = urlsplit(request.headers.get("HX-Current-URL", "")).query
    except ValueError:
        return ""
    return parse_qs(query).get("column", [""])[0]


def moved_in_words(count: int, name: str, is_unsorted: bool) -> str:
    moved = "The code is" if count == 1 else f"{count} codes are"
    return f"{moved} back among the unsorted." if is_unsorted else f"{moved} in “{name}” now."


def chosen_codes(request: MemberRequest) -> list[UUID]:
    """Read the selected codes. Raises BadInput."""
    sent = [as_uid(text) for text in request.POST.getlist("code")]
    if None in sent:
        raise BadInput("One of the selected codes is no code. Reload the page and select again.")
    return [uid for uid in sent if uid]


def seen(request: MemberRequest, codes: list[UUID]) -> dict[UUID, UUID | None] | None:
    """Say where a single card stood on the page that moves it; selected ones go from wherever they stand."""
    was = request.POST.getlist("from")
    return {codes[0]: as_uid(was[0])} if len(codes) == len(was) == 1 else None


@require_POST
@signed_in
def own_category(request: MemberRequest, uid: str, category: str) -> HttpResponse:
    """Rename an own category, or remove an empty one."""
    assignment, chosen = own_assignment(request, uid), as_uid(str(category)) or UUID(int=0)
    place = reverse("axial_coding:sort", args=[uid])
    if request.POST.get("do") == "remove":
        name = sorting.remove_own(request.user, assignment, chosen)
        return back_with(request, place, f"Your category “{name}” is removed.")
    own = sorting.rename_own(request.user, assignment, chosen, request.POST.get("name", ""))
    return back_with(request, f"{place}#column-{own.uid}", f"Your category is called “{own}” now.")


@require_POST
@signed_in
def sort_submit(request: MemberRequest, uid: str) -> HttpResponse:
    """Submit the sort; what is not sorted is left aside only where the form says so."""
    assignment, rest = own_assignment(request, uid), request.POST.get("leave_rest") == "yes"
    sorting.submit(request.user, assignment, leave_rest=rest, key=key_of(request))
    says = "Submitted. You will see the others’ sorts when the lead releases the round."
    return back_with(request, reverse("axial_coding:sort", args=[uid]), says)


@require_POST
@signed_in
def sort_ask_back(request: MemberRequest, uid: str) -> HttpResponse:
    """Ask the lead to give a submitted sort back."""
    ask_reopening(request.user, own_assignment(request, uid), request.POST.get("reason", ""), key=key_of(request))
    return back_with(request, reverse("axial_coding:sort", args=[uid]), "Asked. The lead decides on the round’s page.")
