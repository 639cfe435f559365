"""Markdown of memos as HTML that can do nothing: no markup of the writer's own, no images, links that lead out only."""

import re
from collections.abc import Sequence
from functools import lru_cache

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

LINKS = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
HEADING = "h4"  # whatever its depth: a memo stands below the headings of its page
RENDERED = 512


@lru_cache(maxsize=RENDERED)
def as_html(text: str) -> SafeString:
    """Render a memo's text; the same text always gives the same HTML, so the last few stay rendered."""
    # The renderer escapes all text, and makes no tag or attribute but those named here.
    return SafeString(MARKDOWN.render(text))


class Renderer(RendererHTML):
    """Writes headings at one depth, links that pass nothing on, and code without the class that its writer names."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<{HEADING}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</{HEADING}>\n"

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].attrSet("rel", "nofollow noopener")
        return self.renderToken(tokens, idx, options, env)

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.code_block(tokens, idx, options, env)


def leads_out(url: str) -> bool:
    return LINKS.match(url) is not None


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=Renderer)
    made.disable(["image", "html_block", "html_inline"])
    made.validateLink = leads_out  # type: ignore[method-assign]  # the library's documented way to say which links stand
    return made


MARKDOWN = _markdown()
