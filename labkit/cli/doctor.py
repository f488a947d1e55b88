"""`labkit doctor`: is this machine, and the cluster on it, ready? Each problem with its fix."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.options import AsJson, EngineName, Name, running_from
from labkit.cli.output import print_json
from labkit.foundation.text import say

if TYPE_CHECKING:
    from rich.console import Console

    from labkit.foundation.settings import Settings
    from labkit.preflight.finding import Finding, Report

MARKS = {
    "ok": ("✓", "ok", "green"),
    "note": ("·", "note", "cyan"),
    "warning": ("!", "warn", "yellow"),
    "blocking": ("✗", "fix", "bold red"),
}
WORD_WIDTH = 4


def doctor(
    json: AsJson = False,
    machine: Annotated[
        bool, typer.Option("--machine", help="Look at the machine only, at no cluster.")
    ] = False,
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Also find out what the cluster offers lessons, and keep it."),
    ] = False,
    name: Name = "",
    engine: EngineName = "",
) -> None:
    """Look at this machine and its cluster; end with 1 if something must be fixed first."""
    from labkit.preflight.report import doctor_report

    settings = running_from(name, engine).settings
    report = doctor_report(settings, with_cluster=not machine, with_probe=probe and not machine)
    if json:
        print_json(report.as_json())
    else:
        show(report)
    if report.offers is not None and settings.engine == "kubeconfig":
        _keep(report.offers, settings)
    if not report.is_ready():
        raise typer.Exit(1)


def _keep(offers: tuple[str, ...], settings: "Settings") -> None:
    """Of a cluster that we did not make; the other engines say themselves what they offer."""
    from labkit.cluster.engine import Capability
    from labkit.cluster.kubeconfig_files import keep_offers
    from labkit.workshop.lab import is_the_labs, read_record, record_lab

    keep_offers(settings.home, settings.cluster, [Capability(name) for name in offers])
    if is_the_labs(settings):
        record = read_record(settings)
        record_lab(
            settings,
            name=record.name,
            engine=record.engine,
            kubeconfig=record.kubeconfig,
            capabilities=offers,
        )


def show(report: "Report", console: "Console | None" = None) -> None:
    from rich.console import Console

    console = console or Console(highlight=False)
    for title, findings in (
        (say("Machine"), report.machine),
        (say("Cluster"), report.cluster),
    ):
        if findings:
            console.print(title, style="bold")
            _show_lines(findings, console)
    console.print(summary(report))


def _show_lines(findings: "Iterable[Finding]", console: "Console") -> None:
    """On a terminal with a hanging indent; elsewhere, one finding is one line."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    for finding in findings:
        symbol, word, style = MARKS[finding.level]
        mark = Text(f"  {symbol} {say(word):<{WORD_WIDTH}}", style=style)
        sentence = Text(finding.seen)
        if finding.fix:
            sentence.append(" → ").append(finding.fix, style="bold")
        if not console.is_terminal:
            console.print(Text(" ").join((mark, sentence)), soft_wrap=True)
        table.add_row(mark, sentence)
    if console.is_terminal:
        console.print(table)


def summary(report: "Report") -> str:
    from labkit.preflight.finding import Level, at_level

    to_fix = len(report.blockers())
    warnings = len(at_level(Level.WARNING, report.findings()))
    seconds = f"{report.seconds:.1f}"
    if to_fix:
        return say("Not ready; to fix first: {count} ({s} s).", count=to_fix, s=seconds)
    if warnings:
        return say("Ready; warnings: {count} ({s} s).", count=warnings, s=seconds)
    return say("Ready ({s} s).", s=seconds)
