"""Files as people upload them, made in the test."""

import csv
import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

HEADER = ["id", "title", "text", "date"]
ROWS = [
    [
        "A1",
        "Wrong turn",
        "A delivery robot turned into a canal and had to be fished out by the fire brigade.",
        "2023-05-01",
    ],
    [
        "A2",
        "Late fee",
        "A booking assistant promised a guest that the fee for the late arrival was waived.",
        "2023-06-02",
    ],
    ["A3", "Lost luggage", "A chatbot told a traveller that the luggage was on the belt while it flew to Oslo.", ""],
]


def csv_bytes(rows=ROWS, header=HEADER, encoding="utf-8", delimiter=","):
    held = io.StringIO()
    csv.writer(held, delimiter=delimiter).writerows([header, *rows])
    return held.getvalue().encode(encoding)


def xlsx_bytes(*sheets):
    """Write sheets, each given as its name, header and rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, header, rows in sheets:
        sheet = book.create_sheet(name)
        for row in (header, *rows):
            sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def upload(data, name="reports.csv"):
    return SimpleUploadedFile(name, data)


def many(count, words=60, note=""):
    """Rows of that many incidents, each text of so many words."""
    text = "The assistant gave an answer that nobody had asked for and the desk paid for it. " * (words // 16 + 1)
    return [[f"N{number}", f"Report {number}", f"{text} Case {number}.{note}", "2024-01-02"] for number in range(count)]
