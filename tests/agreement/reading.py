"""Pages of agreement as their readers read them."""

import html
import re


def plain(body):
    """Give a page as its reader reads it."""
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", body, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def url(of, one=None, more=""):
    return f"/p/{of.project.slug}/agreement/{of.uid}/" + (f"{one.uid}/" if one else "") + more


def read(client, of, one=None, more=""):
    answer = client.get(url(of, one, more))
    assert answer.status_code == 200, answer.status_code
    return plain(answer.content.decode())


def read_over(client, project):
    return plain(client.get(f"/p/{project.slug}/agreement/").content.decode())
