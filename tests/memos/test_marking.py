"""Markdown of memos: it reads as CommonMark says, and nothing in it acts."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.memos.marking import as_html

TAGS = {"p", "strong", "em", "a", "h4", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br"}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**so** *late*", "<p><strong>so</strong> <em>late</em></p>\n"),
        ("one\ntwo", "<p>one<br />\ntwo</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        ("# Deep", "<h4>Deep</h4>\n"),
        ("###### Deep", "<h4>Deep</h4>\n"),
        ('```js" onclick="x\na<b\n```', "<pre><code>a&lt;b\n</code></pre>\n"),
        ("[a](https://x.org)", '<p><a href="https://x.org" rel="nofollow noopener">a</a></p>\n'),
        ("<mailto:a@b.org>", '<p><a href="mailto:a@b.org" rel="nofollow noopener">mailto:a@b.org</a></p>\n'),
    ],
)
def test_it_reads_as_commonmark(text, html):
    assert as_html(text) == html


NASTY = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<div hx-get='/x' hx-trigger='load'>", "{{ 7 }} {% debug %}", "<!-- x -->",
    "<svg/onload=alert(1)>", "</div></article>", "a <b onclick=x>b</b>", "&lt;script&gt;", "&#60;script&#62;", "<a href='javascript:x'>y</a>",
    '[a](http://x.org "t\\" onmouseover=x")', "[a](http://x.org/\"onmouseover='x')", "`<script>`", "    <script>x</script>", "```\n<script>\n```",
    '<http://x.org/"onclick="x>', "![x](http://x.org/a.png)", '![x" onerror="y](http://x.org)', "[a]: javascript:x\n\n[a]", "<?php x ?>", "<![CDATA[x]]>",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_no_markup_of_the_writer_gets_through(text):
    assert inert(as_html(text)), as_html(text)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScript:alert(1)", "java&#115;cript:x", "&#x6A;avascript:x", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
     "/p/x/", "//evil.example", "#top", "page", "ftp://x.org", "https:", "http:", "mailto:", "https:/x.org", " javascript:x", "%6Aavascript:x",
     "blob:http://x.org", "http:javascript:x"],
)  # fmt: skip
def test_only_links_that_lead_out_are_links(url):
    for text in (f"[a]({url})", f"[a](<{url}>)", f"<{url}>", f"[a]\n\n[a]: {url}"):
        assert "<a" not in as_html(text), text


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "![[" * 6_666, "*a_ " * 5_000, "**x* " * 4_000, "`a``" * 5_000, "> " * 10_000, "- " * 10_000, "[](" * 6_666, "[a](<b" * 3_333,
     "<a " * 6_666, "[a]: b\n" * 2_857, "[a][b]" * 3_000 + "\n\n[b]: http://x.org", "&" * 20_000, "\\" * 20_000, "a\n" * 10_000, "_" * 20_000,
     "\n".join(" " * depth + "- a" for depth in range(195)), "[x](javascript:x) " * 1_100],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_twenty_thousand_signs_are_rendered_fast(text):
    """Linear in the text: the slowest of these takes 0.4 s on two cores; two seconds leave room for a busy machine."""
    began = time.process_time()
    html = as_html(text)
    assert time.process_time() - began < 2
    assert inert(html)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*NASTY, "\n", " ", "*", "[", "](", ")", "`", ">", "#", "a", '"', "'", "<", "&", "\u202e", "😀"]
        )
    ).map("".join)
)
def test_no_mixture_of_signs_acts(text):
    assert inert(as_html(text)), text


def inert(html):
    """Only our tags, and on links only an address that leads out, a title and the rel that we give."""
    rest = re.sub(
        r'<a href="(?:https?://|mailto:)[^"<>]+"(?: title="[^"<>]*")? rel="nofollow noopener">', "<a>", html, flags=re.I
    )
    rest = re.sub(r"<ol start=\"\d+\">", "<ol>", rest)
    tags = re.findall(r"<[^>]*>?", rest)
    return all(re.fullmatch(r"</?(\w+)(?: /)?>", tag) and re.match(r"</?(\w+)", tag)[1] in TAGS for tag in tags)
