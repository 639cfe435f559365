"""Tags that every room's pages share."""

from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from coding.lib.clusters import around

register = template.Library()


@register.simple_tag
def sorter(key: str, label: str, sort: str, words: str = "", css: str = "") -> SafeString:
    """Write a column's header as a link that sorts by it, and says how it is sorted now."""
    down = sort == key
    state = ' aria-sort="ascending"' if down else ' aria-sort="descending"' if sort == f"-{key}" else ""
    query = urlencode({"sort": f"-{key}" if down else key, "q": words})
    shape = '<th scope="col" class="{}"%s><a href="?{}">{}</a></th>' % state  # noqa: UP031  the state is one of three literals
    return format_html(shape, css, query, label)


@register.filter
def cut(text: str, most: int) -> str:
    """Cut quoted words between two characters, with an ellipsis; Django's own filter would change what stays."""
    return text if len(text) <= most else text[: around(text, most - 1)[0]] + "…"
