"""Grapheme clusters: what a reader takes for one character (Unicode Standard Annex 29, extended clusters)."""

import regex

# Written out from UAX 29, table 1c: `\X` of the module also joins a consonant to a virama that follows no consonant.
_CLUSTER = regex.compile(
    r"""(?x)
    \r\n | [\p{GCB=Control}\r\n]
    | \p{GCB=Prepend}*+
      (?: \p{GCB=RI}{2}
        | \p{GCB=L}*+ (?: \p{GCB=V}++ | \p{GCB=LV}\p{GCB=V}*+ | \p{GCB=LVT} ) \p{GCB=T}*+
        | \p{GCB=L}++ | \p{GCB=T}++
        | \p{ExtPict} (?: \p{GCB=Extend}*+ \p{GCB=ZWJ} \p{ExtPict} )*+
        | \p{InCB=Consonant} (?: \p{InCB=Extend}*+ \p{InCB=Linker} [\p{InCB=Extend}\p{InCB=Linker}]*+
          \p{InCB=Consonant} )*+
        | [^\p{GCB=Control}\r\n]
      )?+
      [\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+
    """
)
# A boundary that holds whatever stands before these two characters: no flag, emoji or conjunct reaches across it.
_JOINS = r"\p{GCB=Extend}\p{GCB=ZWJ}\p{InCB=Extend}\p{InCB=Linker}"
_CERTAIN = regex.compile(
    r"(?r)(?<=[\p{GCB=Other}\p{GCB=Control}\n\p{GCB=SpacingMark}\p{GCB=V}\p{GCB=T}\p{GCB=LV}\p{GCB=LVT}])"
    rf"(?<![{_JOINS}])[^{_JOINS}\p{{GCB=SpacingMark}}\p{{GCB=V}}\p{{GCB=T}}]"
)


def around(text: str, at: int) -> tuple[int, int]:
    """Give the nearest cluster boundaries at or before, and at or after, an offset `0 <= at <= len(text)`.

    Reads only from the last certain boundary on, so that a text of one line is as quick as any other.
    """
    if at in (0, len(text)):
        return at, at
    certain = _CERTAIN.search(text, 0, at + 1)
    here = certain.start() if certain else 0
    while here < at:
        before, here = here, _CLUSTER.match(text, here).end()
        if here > at:
            return before, here
    return at, at
