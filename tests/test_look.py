"""The look keeps its promises: colours live in the tokens, can be read, and can be told apart.

Contrast is WCAG 2.2 relative luminance. Colour-blind readers are simulated with the matrices of Machado, Oliveira
and Fernandes (2009), severity 1.0, in linear sRGB. Distance is Euclidean in OKLab (Ottosson 2020), where about
.02 is just noticeable side by side: .12 for thin bars is six times that, .05 for soft underlays two and a half.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CSS = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
THEMES = ("light", "dark")
HUES = range(1, 13)
BARS_APART = 0.12
UNDERLAYS_APART = 0.05

NAMED = frozenset(
    re.findall(
        r"\w+",
        """
        aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
        cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod
        darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon
        darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray
        dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green
        greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon
        lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon
        lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta
        maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen
        mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive
        olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru
        pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen
        seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato
        turquoise violet wheat white whitesmoke yellow yellowgreen
        """,
    )
)
FUNCTIONS = re.compile(r"\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(")
HEX = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b")
DECLARATION = re.compile(r"(?<![\w-])(--[\w-]+|[a-z-]+)\s*:\s*([^;{}]+)(?=[;}])")
SIMULATIONS = {
    "typical": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def bare(css: str) -> str:
    """Return the stylesheet without comments and strings."""
    return re.sub(r'/\*.*?\*/|"[^"]*"', " ", css, flags=re.DOTALL)


def literal_colours(css: str) -> list[str]:
    found = []
    for name, value in DECLARATION.findall(bare(css)):
        value = value.lower()
        words = set(re.findall(r"(?<![\w-])[a-z]+(?![\w(-])", value))
        if HEX.search(value) or FUNCTIONS.search(value) or words & NAMED:
            found.append(f"{name}: {value.strip()}")
    return found


def read_tokens() -> dict[str, dict[str, str]]:
    css = bare((ROOT / "static" / "css" / "tokens.css").read_text())
    both = re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", css)
    return {"light": {n: a for n, a, _ in both}, "dark": {n: b for n, _, b in both}}


def times(matrix, vector):
    return tuple(sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)


def linear(colour: str) -> tuple[float, ...]:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((times(((0.2126, 0.7152, 0.0722),), linear(c))[0] for c in (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def oklab(colour: str, matrix) -> tuple[float, ...]:
    seen = tuple(min(1.0, max(0.0, c)) for c in times(matrix, linear(colour)))
    return times(TO_LAB, tuple(c ** (1 / 3) for c in times(TO_LMS, seen)))


def distance(one: str, other: str, matrix) -> float:
    return sum((a - b) ** 2 for a, b in zip(oklab(one, matrix), oklab(other, matrix), strict=True)) ** 0.5


TOKENS = read_tokens()
TEXT_PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-2", "accent", "accent-strong")
        for ground in ("paper", "sheet", "tint", "hover")
    ),
    *((ink, ground) for ink in ("danger", "warn") for ground in ("paper", "sheet")),
    *((f"layer-{n}", ground) for n in range(1, 7) for ground in ("paper", "sheet")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
SHAPE_PAIRS = [
    *((shape, ground) for shape in ("focus", "edge") for ground in ("paper", "sheet")),
    *((f"bar-{n}", "sheet") for n in HUES),
    *(("on-accent", f"layer-{n}") for n in range(1, 7)),
    *(("focus", f"under-{n}") for n in HUES),
]


def test_there_is_something_to_read():
    assert {"reset.css", "tokens.css", "base.css", "components.css", "pages.css"} <= {p.name for p in CSS}
    assert any(p.name == "base.html" for p in TEMPLATES)
    assert TOKENS["light"]["paper"] == "#f7f3ea"


def test_the_reader_of_colours_sees_every_kind():
    for value in (
        "#fff",
        "#1f5c4d80",
        "rgb(0 0 0)",
        "oklch(50% 0 0)",
        "1px solid red",
        "light-dark(white, var(--ink))",
    ):
        assert literal_colours(f"a {{ border: {value}; }}"), value
    for value in ("var(--under-1)", "color-mix(in oklab, var(--ink) 5%, transparent)", "currentColor", "CanvasText"):
        assert not literal_colours(f"a:hover {{ border: {value} }}"), value


@pytest.mark.parametrize("path", [p for p in CSS if p.name != "tokens.css"], ids=lambda p: p.name)
def test_colours_are_literal_only_in_the_tokens(path):
    assert literal_colours(path.read_text()) == []


@pytest.mark.parametrize("path", CSS, ids=lambda p: p.name)
def test_nothing_is_important_and_all_is_layered(path):
    css = bare(path.read_text())
    assert "!" not in css
    assert re.fullmatch(r"@layer [\w, ]+;", re.sub(r"@layer \w+ \{(.|\n)*?\n\}", "", css).strip() or "@layer x;")


def test_every_property_that_is_used_is_defined():
    css = " ".join(bare(p.read_text()) for p in CSS)
    used = set(re.findall(r"var\((--[\w-]+)\s*\)", css))
    assert used - set(re.findall(r"(--[\w-]+)\s*:", css)) == set()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_words_can_be_read(theme, ink, ground):
    assert contrast(TOKENS[theme][ink], TOKENS[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_rings_bars_and_edges_can_be_seen(theme, shape, ground):
    assert contrast(TOKENS[theme][shape], TOKENS[theme][ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("hue", HUES)
def test_incident_text_on_an_underlay_keeps_its_contrast(theme, hue):
    assert contrast(TOKENS[theme]["ink"], TOKENS[theme][f"under-{hue}"]) >= 7.4


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("kind", "apart"), [("bar", BARS_APART), ("under", UNDERLAYS_APART)])
@pytest.mark.parametrize("seen_with", SIMULATIONS)
def test_neighbouring_hues_stay_apart(theme, kind, apart, seen_with):
    ring = [TOKENS[theme][f"{kind}-{n}"] for n in (*HUES, 1)]
    near = {f"{a} {b}": distance(a, b, SIMULATIONS[seen_with]) for a, b in pairwise(ring)}
    assert {pair: d for pair, d in near.items() if d < apart} == {}


def test_each_hue_and_layer_has_a_rule():
    css = " ".join(p.read_text() for p in CSS)
    for n in HUES:
        for name in ("data-hue", "data-bar1", "data-bar2", "data-bar3"):
            assert f'[{name}="{n}"]' in css, (name, n)


def faults(html: str) -> list[str]:
    html = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", "", html, flags=re.DOTALL)
    checks = {
        "style attribute": r"<[a-z][^>]*\sstyle\s*=",
        "style element": r"<style\b",
        "event attribute": r"<[a-z][^>]*\s(?:on[a-z]+|hx-on[\w:.-]*)\s*=",
        "inline script": r"<script\b(?![^>]*\ssrc=)",
        "javascript address": r"javascript:",
    }
    return [name for name, pattern in checks.items() if re.search(pattern, html, re.IGNORECASE)]


def test_the_reader_of_templates_sees_every_fault():
    assert faults('<p style="x">') == ["style attribute"]
    assert faults("<svg><style>") == ["style element"]
    assert faults('<a\n onclick="x">') == ["event attribute"]
    assert faults("<script>x</script>") == ["inline script"]
    assert faults('<script src="{% static "a.js" %}" type="module"></script><p data-onset="1">') == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_templates_keep_within_the_content_security_policy(path):
    assert faults(path.read_text()) == []


NOTICE = re.compile(r'<(p|div) class="notice\b[^>]*>(.*?)</\1>', re.DOTALL)
WHOLE = re.compile(r"(?:{%[^%]*%}\s*)*<(?:span|p|strong)\b")
INLINE = re.compile(r"<(?:a|b|br|code|em|i|kbd|span|strong|time)\b|\|linebreaksbr")


def torn(template: str) -> list[str]:
    """Give the notices, laid out as grids, in which words stand beside an element: each would be a cell of its own."""
    inside = (found[2].strip() for found in NOTICE.finditer(template))
    return [one for one in inside if INLINE.search(one) and not WHOLE.match(one)]


def test_the_reader_of_notices_sees_torn_sentences():
    assert torn('<p class="notice info">Merged into <a href="x">it</a>.</p><p class="notice">{{ x|linebreaksbr }}</p>')
    assert not torn(
        '<p class="notice">Done.</p><p class="notice info"><span>Merged into <a href="x">it</a>.</span></p>'
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_notice_holds_its_sentence_in_one_piece(path):
    assert torn(path.read_text()) == []
