"""A table of incidents from elsewhere, taken by program from open codes to a filled GVS-Scale.

    python -m tests.walkthrough incidents.csv --home FOLDER [--pictures FOLDER]

The codings are invented: two made-up coders apply the word lists of `signs.py`, the second with less patience.
Everything goes through the verbs that the pages use, so that what comes out is what a team would find on them.
"""
