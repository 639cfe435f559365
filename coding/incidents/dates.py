"""Read a date as people write it: one day, only a year or month, or one that must be asked about."""

import datetime
import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    "jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?"
)
_TIME = re.compile(r"[T ,]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?( ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})|(\d{4})年(\d{1,2})月(\d{1,2})日")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})")
_AMERICAN = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_PARTIAL = re.compile(
    r"\d{4}(年|[-/.](0?[1-9]|1[0-2])|年(0?[1-9]|1[0-2])月)?|(0?[1-9]|1[0-2])[-/.]\d{4}"
    r"|(?P<month>[A-Za-z]{3,9})\.? \d{4}"
)
_SERIAL = re.compile(r"\d{5}(\.\d+)?")


@dataclass(frozen=True)
class DateReading:
    """What a cell says as a date: a day, only a year or month, one that must be asked about, or none of these."""

    day: datetime.date | None = None
    is_partial: bool = False
    is_ambiguous: bool = False
    is_exact: bool = True  # False when the cell also said a time


def read_date(cell: str, day_first: bool | None = None, serial_epoch: datetime.date | None = None) -> DateReading:
    """Read a cell as a date. A serial number is one only with a workbook's `serial_epoch`."""
    said = " ".join(cell.split()) if len(cell) <= 100 else ""  # no date is longer, and patterns are slow on long cells
    text = _TIME.sub("", said)
    is_exact = not re.search("[1-9]", said[len(text) :].split("+")[0])  # midnight says no more than the day
    if serial_epoch and _SERIAL.fullmatch(text):
        day = serial_epoch + datetime.timedelta(days=int(float(text)))
        return DateReading(day, is_exact=float(text).is_integer())
    if _is_partial(text):
        return DateReading(is_partial=True)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day_of_month = (int(part) for part in found.groups() if part and part.isdecimal())
        return DateReading(_day(year, month, day_of_month), is_exact=is_exact)
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(int(found[1]), int(found[3]), int(found[4]), day_first, is_exact)
    return DateReading(_named_day(text), is_exact=is_exact)


def _is_partial(text: str) -> bool:
    found = _PARTIAL.fullmatch(text)
    return bool(found and (not found["month"] or _month(found["month"])))


def _year_last(first: int, second: int, year: int, day_first: bool | None, is_exact: bool) -> DateReading:
    by_day, by_month = _day(year, second, first), _day(year, first, second)
    if day_first is not None:
        return DateReading(by_day if day_first else by_month, is_exact=is_exact)
    if by_day and by_month and by_day != by_month:
        return DateReading(is_ambiguous=True)
    return DateReading(by_day or by_month, is_exact=is_exact)


def _named_day(text: str) -> datetime.date | None:
    if found := _NAMED.fullmatch(text):
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    elif found := _AMERICAN.fullmatch(text):
        day, month, year = int(found[2]), _month(found[1]), int(found[3])
    else:
        return None
    return _day(year, month, day) if month else None


def _month(name: str) -> int | None:
    name = name.casefold()
    return _MONTHS.index(name[:3]) + 1 if _MONTH.fullmatch(name) else None


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
