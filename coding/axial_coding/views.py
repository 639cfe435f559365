"""Pages: the board of codes and categories, one card to move, a merge, the paradigm's relations."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from coding.axial_coding import queries, rules
from coding.axial_coding.acts import ACTS_SHOWN, acts_in_words
from coding.axial_coding.faces import with_faces
from coding.axial_coding.forms import CategoryForm, MergeForm, RelationForm
from coding.axial_coding.paradigms import SLOTS, paradigms
from coding.axial_coding.previews import merge_preview
from coding.axial_coding.splitting import undo_act, ways
from coding.axial_coding.wanted import ALL, Wanted, choices
from coding.codes.models import Category, Code, Relation
from coding.codes.rules import create_category, relate
from coding.codes.rules import unrelate as take_back
from coding.codes.undo import undoable
from coding.lib.columns import as_uid
from coding.lib.refusals import BadInput, Refusal, back_with
from coding.people.access import MemberRequest, project_page
from coding.people.models import Event, Project


@require_GET
@project_page(shared=True)
def board(request: MemberRequest, project: Project) -> HttpResponse:
    """Codes as cards in category columns."""
    return board_page(request, project, CategoryForm())


def board_page(request: MemberRequest, project: Project, form: CategoryForm, status: int = 200) -> HttpResponse:
    wanted = Wanted.read(request.GET)
    opened = request.GET.get("column", "")
    found = queries.board(request.user, project, wanted, opened)
    context = {
        "board": found, "columns": with_faces(project, found.columns, wanted), "form": form,
        "wanted": wanted, "choices": choices(project),
        "categories": found.categories,
        "is_lead": request.membership.role == "lead", "shown_proposals": f":{queries.PROPOSALS}",
    }  # fmt: skip
    return render(request, "axial_coding/board.html", context, status=status)


@require_GET
@project_page(read="lead", shared=True)
def card(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """One card with its choice of a category: a small page, or for htmx the form inside the card."""
    found = get_object_or_404(queries.board_codes(request.user, project).select_related("category"), uid=uid)
    categories = queries.board_categories(request.user, project)
    context = {"code": found, "categories": categories, "wanted": Wanted.read(request.GET)}
    part = "#move" if request.headers.get("HX-Request") else ""
    return render(request, f"axial_coding/card.html{part}", context)


@require_POST
@project_page(shared=True)
def move(request: MemberRequest, project: Project) -> HttpResponse:
    """Move one card or several into a category, a new one, or back among the unsorted."""
    codes, into = chosen_codes(request, project), chosen_category(request, project)
    new = request.POST.get("new", "")
    left = {code.category for code in codes}
    into = rules.sort(request.user, project, codes, into, new)
    says = moved_in_words(codes, into)
    if request.headers.get("HX-Request"):
        return refreshed(request, says) if new.strip() else moved_columns(request, project, left | {into}, says)
    place = f"column-{into.uid if into else queries.UNSORTED}"
    return back_with(request, board_url(project, Wanted.read(request.POST), place), says)


def refreshed(request: MemberRequest, says: str) -> HttpResponse:
    """Let htmx load the page anew: it has a new column (a redirect to the same page would only move to its anchor)."""
    messages.success(request, says)
    return HttpResponse(headers={"HX-Refresh": "true"})


def moved_columns(
    request: MemberRequest, project: Project, touched: set[Category | None], says: str
) -> HttpResponse:  # fmt: skip
    """Answer htmx with the columns that changed, and the words for everybody."""
    wanted = Wanted.read(request.POST)
    columns = queries.some_columns(request.user, project, touched, wanted)
    context = {
        "columns": with_faces(project, columns, wanted), "wanted": wanted, "says": says, "is_lead": True,
        "counts": queries.counts(request.user, project),
    }  # fmt: skip
    return trigger_client_event(render(request, "axial_coding/_moved.html", context), "announce", {"value": says})


def moved_in_words(codes: list[Code], into: Category | None) -> str:
    moved = f"“{codes[0]}” is" if len(codes) == 1 else f"{len(codes)} codes are"
    return f"{moved} in “{into}” now." if into else f"{moved} back among the unsorted."


def board_url(project: Project, wanted: Wanted = ALL, place: str = "") -> str:
    query = f"?{wanted.query}" if wanted.query else ""
    return reverse("axial_coding:board", args=[project.slug]) + query + (f"#{place}" if place else "")


def chosen_codes(request: MemberRequest, project: Project) -> list[Code]:
    """Read the selected codes, each once. Raises BadInput."""
    sent = [*request.GET.getlist("code"), *request.POST.getlist("code")]
    uids = dict.fromkeys(as_uid(text) for text in sent)
    codes = Code.objects.visible_to(request.user).filter(project=project).released().filter(uid__in=filter(None, uids))
    found: list[Code] = list(codes.select_related("category", "coined_by").order_by("pk"))
    if len(found) != len(uids):
        raise BadInput("One of the selected codes is not on this board. Reload the board and select again.")
    return found


def chosen_category(request: MemberRequest, project: Project) -> Category | None:
    """Read where the cards go; nothing chosen is a mistake, "unsorted" a choice. Raises BadInput."""
    sent = request.POST.get("category", "")
    if sent == queries.UNSORTED or request.POST.get("new", "").strip():
        return None
    visible = Category.objects.visible_to(request.user).filter(project=project).released()
    found: Category | None = visible.filter(uid=as_uid(sent)).first() if as_uid(sent) else None
    if found is None:
        raise BadInput("Choose a category to move to, or write the name of a new one.")
    return found


@require_POST
@project_page(shared=True)
def adopt(request: MemberRequest, project: Project) -> HttpResponse:
    """Take the released codes into the codebook, as far as their names allow."""
    adopted, left = rules.adopt_all(request.user, project)
    says = "1 code is in the codebook now." if adopted == 1 else f"{adopted} codes are in the codebook now."
    if left:
        says += f" {left} wait, because another code bears the same name: merge or rename them."
    return back_with(request, board_url(project), says)


@project_page(read="lead", shared=True)
def merge(request: MemberRequest, project: Project) -> HttpResponse:
    """Choose which of several codes stands for all; a proposal of equal names comes with its choice made."""
    codes = chosen_codes(request, project)
    if not 2 <= len(codes) <= rules.MOST_MERGED:
        selected = f"{len(codes):,} code{' is' if len(codes) == 1 else 's are'} selected"
        raise BadInput(f"{selected}; from two to {rules.MOST_MERGED} can be merged at once. Select again.")
    if request.method == "POST" and "target" not in request.POST:
        query = urlencode({"code": [code.uid for code in codes]}, doseq=True)
        return redirect(f"{reverse('axial_coding:merge', args=[project.slug])}?{query}")
    cards = sorted(queries.with_counts(project, codes), key=queries.worth_keeping)
    form = MergeForm(request.POST or None, cards=cards)
    if request.method == "POST" and form.is_valid():
        target = next(code for code in codes if str(code.uid) == form.cleaned_data["target"])
        rules.merge_all(request.user, codes, target, form.cleaned_data["reason"])
        says = f"{len(codes)} codes are one now: “{target}”. What the coders coded stays as they coded it."
        return back_with(request, board_url(project, place=f"card-{target.uid}"), says)
    queries.add_quotes(request.user, project, cards)
    context = {"form": form, "cards": cards, "preview": merge_preview(project, cards)}
    return render(request, "axial_coding/merge.html", context, status=400 if form.errors else 200)


@project_page(shared=True)
def acts(request: MemberRequest, project: Project) -> HttpResponse:
    """What was done to codes and categories, by whom and why; a lead undoes it here."""
    if request.method == "POST":
        seen = Event.objects.visible_to(request.user).filter(project=project)
        event = get_object_or_404(seen, uid=as_uid(request.POST.get("event", "")))
        if not request.POST.get("reason", "").strip():
            raise BadInput("Say why it is undone; the reason is kept in the audit trail.")
        undo_act(request.user, project, event, request.POST["reason"])
        return back_with(request, request.path, "Undone. The codes and categories are as they were before.")
    done = undoable(project, ways(request.user)).visible_to(request.user)
    page = Paginator(done, ACTS_SHOWN).get_page(request.GET.get("page"))
    context = {"page": page, "acts": acts_in_words(project, page.object_list),
               "is_lead": request.membership.role == "lead"}  # fmt: skip
    return render(request, "axial_coding/acts.html", context)


@require_POST
@project_page(shared=True)
def new_category(request: MemberRequest, project: Project) -> HttpResponse:
    """Create a category, which is a new column."""
    form = CategoryForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            category = create_category(request.user, project, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("name", refusal.message)
            status = refusal.status
        else:
            url = board_url(project, place=f"column-{category.uid}")
            return back_with(request, url, f"“{category}” is a category now. Move codes into it.")
    return board_page(request, project, form, status)


@project_page(shared=True)
def relations(request: MemberRequest, project: Project) -> HttpResponse:
    """The paradigm of each phenomenon, and for a lead the form that fills a slot."""
    form = RelationForm(request.POST or None, user=request.user, project=project, initial=relation_start(request))
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            relation = relate(request.user, **form.relation())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            url = reverse("axial_coding:relations", args=[project.slug])
            return back_with(request, f"{url}#phenomenon-{relation.phenomenon.uid}", f"{relation}.")
    began, others = paradigms(request.user, project, request.GET.get("phenomenon", ""))
    context = {"form": form, "paradigms": began, "others": others, "is_lead": request.membership.role == "lead"}
    return render(request, "axial_coding/relations.html", context, status=status)


def relation_start(request: MemberRequest) -> dict[str, Any]:
    """Fill the form from a link: a phenomenon and one of its empty slots."""
    role = request.GET.get("role", "")
    return {"phenomenon": request.GET.get("phenomenon", ""), "role": role if role in SLOTS else ""}


@require_POST
@project_page(shared=True)
def unrelate(request: MemberRequest, project: Project, uid: str) -> HttpResponse:
    """Take a relation away; the event keeps what it said."""
    relation = get_object_or_404(
        Relation.objects.select_related("phenomenon__project", "filler_category", "filler_code"),
        phenomenon__in=queries.board_categories(request.user, project), uid=uid,
    )  # fmt: skip
    says = f"No longer: {relation}."
    take_back(request.user, relation)
    url = reverse("axial_coding:relations", args=[project.slug])
    return back_with(request, f"{url}?phenomenon={relation.phenomenon.uid}", says)
