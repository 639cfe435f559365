"""How figures are written."""

import statistics


def say(line=""):
    print(line, flush=True)


def share(values, part):
    """The value that `part` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(part * len(ordered) + 0.5) - 1))]


def p50(values):
    return statistics.median(values)


def p95(values):
    return share(values, 0.95)


def ms(seconds):
    return f"{seconds * 1000:.1f}"


def table(head, rows):
    """Print a Markdown table with aligned columns; all but the first column are figures."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    for number, row in enumerate(cells):
        padded = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        say(f"| {' | '.join(padded)} |")
        if number == 0:
            say(
                "|"
                + "|".join("-" * (width + 2) if at == 0 else "-" * (width + 1) + ":" for at, width in enumerate(widths))
                + "|"
            )


def verdict(what, value, target, unit):
    """Say whether a target is met."""
    word = "met" if value <= target else "MISSED"
    say(f"{what}: {value:.1f} {unit}, target {target} {unit}: {word}.")
