"""What a card shows, written out once: templates that look each part up take most of the board's time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.html import escape

from coding.axial_coding.queries import Card, Column
from coding.axial_coding.wanted import Wanted
from coding.people.models import Project

ANY = UUID(int=0)  # stands in an address for what comes later


class Face(NamedTuple):
    """One card in words; `quotes` are words of reports with the incident's number and address.

    What stands on a card several times is escaped here, once.
    """

    uid: str
    hue: str
    name: str
    in_vivo: bool
    about: str
    address: str
    move: str
    quotes: list[tuple[str, str, str]]


class Addresses:
    """Where the cards of a project lead; each kind of address is resolved once."""

    def __init__(self, project: Project, wanted: Wanted) -> None:
        self.code = reverse("codes:code", args=[project.slug, ANY]).removesuffix(f"{ANY}/")
        self.move = reverse("axial_coding:card", args=[project.slug, ANY]).removesuffix(f"{ANY}/")
        self.incident = reverse("desk:incident", args=[project.slug, 0]).removesuffix("0/")
        self.query = f"?{wanted.query}" if wanted.query else ""

    def face(self, card: Card) -> Face:
        code, uid = card.code, escape(card.code.uid)
        quotes = [(one.shown, str(one.incident), f"{self.incident}{one.incident}/") for one in card.quotes]
        return Face(
            uid, str(code.hue), escape(code.name), code.in_vivo, f"{code.coined_by} · {counts_in_words(card)}",
            f"{self.code}{uid}/", escape(f"{self.move}{uid}/{self.query}"), quotes,
        )  # fmt: skip


def with_faces(project: Project, columns: Iterable[Column], wanted: Wanted) -> list[tuple[Column, list[Face]]]:
    """Give each column with the faces of its cards."""
    addresses = Addresses(project, wanted)
    return [(column, [addresses.face(card) for card in column.cards]) for column in columns]


def counts_in_words(card: Card) -> str:
    if not card.segments:
        return "no segment in a released round"
    counts = (card.segments, "segment"), (card.incidents, "incident"), (card.coders, "coder")
    segments, incidents, coders = (f"{count} {noun}" if count == 1 else f"{count} {noun}s" for count, noun in counts)
    return f"{segments} in {incidents} by {coders}"
