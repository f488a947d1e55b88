"""The doctor's report: one line a finding, with its fix."""

from collections.abc import Iterator
from html import escape

from labkit.foundation.text import say
from labkit.preflight.finding import Finding, Level, Report
from labkit.widgets.view import View, card, title

SYMBOLS = {Level.OK: "✔", Level.NOTE: "·", Level.WARNING: "!", Level.BLOCKING: "✘"}
COLOURS = {
    Level.OK: "#1a7f37",
    Level.NOTE: "#57606a",
    Level.WARNING: "#9a6700",
    Level.BLOCKING: "#cf222e",
}


def level_word(level: Level) -> str:
    return {
        Level.OK: say("fine"),
        Level.NOTE: say("note"),
        Level.WARNING: say("warning"),
        Level.BLOCKING: say("to fix first"),
    }[level]


def doctor_view(report: Report) -> View:
    head = say("Ready.") if report.is_ready() else say("Something has to be fixed first.")
    worst = max((f.level for f in report.findings()), key=list(Level).index, default=Level.OK)
    rows = [_row(finding) for finding in report.findings()]
    html = card(head, title(head), *rows, colour=COLOURS[worst])
    return View("\n".join((head, *_lines(report))), html, report)


def _lines(report: Report) -> Iterator[str]:
    for finding in report.findings():
        line = f"{SYMBOLS[finding.level]} {level_word(finding.level)}: {finding.seen}"
        yield f"{line} → {finding.fix}" if finding.fix else line


def _row(finding: Finding) -> str:
    style = f"color:{COLOURS[finding.level]};font-weight:600"
    mark = f"{SYMBOLS[finding.level]} {level_word(finding.level)}"
    fix = f" → <code>{escape(finding.fix)}</code>" if finding.fix else ""
    return f'<div><span style="{style}">{escape(mark)}</span> {escape(finding.seen)}{fix}</div>'
