"""What the two made-up coders look for, what each calls it, and the category that the lead puts it into. All invented."""

from typing import NamedTuple


class Sign(NamedTuple):
    """Words of a report that both coders name, each in their own way."""

    pattern: str
    first: str
    second: str
    category: str


SIGNS = [
    Sign(r"injur\w+|hospitali\w+|hurt\b", "somebody is hurt", "injury", "Bodies at risk"),
    Sign(r"kill\w*|dea(?:d|th|ths)\b|died\b|fatal\w*", "somebody dies", "loss of life", "Bodies at risk"),
    Sign(r"crash\w*|colli\w+|ran over|struck|cut off", "machines meet people", "crash", "Bodies at risk"),
    Sign(r"bias\w*|discriminat\w+|racis\w+|sexis\w+|unfair\w*", "unequal treatment", "bias", "Unequal treatment"),
    Sign(r"black|dark[- ]skin\w*|women|female|minorit\w+|of color|Muslims?", "a trait decides", "group hit", "Unequal treatment"),
    Sign(r"offensive|derogatory|profan\w+|vulgar|toxic\w*|hate\w*|insult\w*", "insulting output", "foul words", "Insult and threat"),
    Sign(r"terroris\w+|violen\w+|radicali\w+|threat\w*", "violence in the output", "pull to violence", "Insult and threat"),
    Sign(r"misidentif\w+|false(?:ly)? \w+|mistak\w+|incorrect\w*|wrong\w*|errors?\b", "taking one for another", "error stated", "Stating what is not so"),
    Sign(r"deepfakes?|fake\w*|impersonat\w+|scam\w*|fraud\w*", "made to deceive", "imitation", "Deceiving by likeness"),
    Sign(r"privacy|surveil\w+|personal (?:data|information)|leak\w*|record(?:ed|ing)\w*", "watched or laid open", "privacy", "Taking what is private"),
    Sign(r"recommend\w*|search\w*|trending|news feed|autocomplete|elections?\b|politic\w+", "steering what is seen", "ranking", "Steering attention"),
    Sign(r"chatbots?|assistants?|Alexa|Siri|GPT-?\d?", "speaking like somebody", "talking machine", "A machine that speaks"),
    Sign(r"inappropriate|unsuitable|disturbing|nonsens\w+", "out of place", "unfit output", "Out of place"),
    Sign(r"workers?\b|employees?|applicants?|teachers?|schedul\w+|hiring", "work under a score", "labour", "Decided by a score"),
    Sign(r"welfare|debts?\b|benefits?\b|loans?\b|credit|bail|parole|recidivism|sentenc\w+", "an office decides by it", "score in office", "Decided by a score"),
    Sign(r"robots?\b|self-driving|autonomous\w*|autopilot|malfunction\w*", "a machine acts by itself", "machine at work", "Acting alone"),
]  # fmt: skip

# Where each category belongs in the GVS-Scale, by number; None does not fit. Then why.
PLACES = {
    "Bodies at risk": (1, "Life and health are what is hurt, whatever the machine."),
    "Insult and threat": (3, "The output itself attacks or calls for attack."),
    "Unequal treatment": (5, "People are treated or shown worse according to a trait."),
    "Deceiving by likeness": (6, "Somebody uses likeness to deceive."),
    "Stating what is not so": (7, "The system holds something to be so that is not."),
    "Taking what is private": (8, "What belongs to persons is taken or laid open."),
    "Out of place": (9, "The output is out of place without attacking anybody."),
    "A machine that speaks": (10, "The system is taken into a relation in which it is wrong about what it is."),
    "Steering attention": (12, "What is put first steers what people see and choose."),
    "Decided by a score": (
        None,
        "A power over people, of older systems too; the scale is about what a system puts out.",
    ),
    "Acting alone": (None, "Tells how a machine works, not which value it touches."),
}
CORE = "Unequal treatment"
RELATIONS = [
    ("causal_condition", "Stating what is not so", "Who is recognised worse is treated worse."),
    ("context", "Decided by a score", "Scores stand where an office or an employer decides."),
    ("intervening_condition", "Steering attention", "What is ranked first is taken for what is usual."),
    ("consequence", "Taking what is private", "Who is matched wrongly is watched."),
]
STORYLINE = (
    "@[Unequal treatment] is what the reports come back to. A system is built on what was there before, and "
    "@[Stating what is not so] falls on those of whom it saw little. It becomes weighty where something is "
    "@[Decided by a score]."
)
