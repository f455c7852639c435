"""The command line: run a study, check one, begin one, ask what its data could show, list what ships."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evaluate.errors import EvaluateError

if TYPE_CHECKING:  # everything else is imported by the command that needs it, so that --help is quick
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from evaluate.study.check import CheckedStudy
    from evaluate.study.run import Run
    from evaluate.study.study import Study
    from evaluate.study.tasks import Progress

WRONG, INTERRUPTED = 1, 130
DEFAULT_STUDY = "sample_operation"

GOES_ON = "The same command goes on from what is finished."

app = typer.Typer(
    name="evaluate",
    help="Statistics for judging whether a police operation worked.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


plans = typer.Typer(help="Bind a study's plan.", no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(plans, name="plan")


class Engine(StrEnum):
    """Engines of the structural model."""

    fast = "fast"
    nuts = "nuts"


StudyName = Annotated[
    str, typer.Argument(help="A folder with a plan.toml, a plan file, or the name of a study that ships.")
]
DataFile = Annotated[
    Path | None,
    typer.Option("--data", help="The file to read, instead of looking for the plan's.", metavar="FILE"),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="Root seed instead of the plan's.", metavar="N")
]
Blind = Annotated[
    bool,
    typer.Option("--blind", help="Hide what the operation did: other areas stand in for the treated ones."),
]


@app.command(
    epilog="The simulated study that ships: `evaluate run sample_operation`\n\n"
    'A file you downloaded: `evaluate run studies/ilford_lane --data "MPS Ward Level Crime.csv" --out report`\n\n'
    "A plan tried before its outcome is looked at: `evaluate run my_operation --blind`\n\n"
    "A folder to be given away, with no count that could point to a person: `evaluate run my_operation --release given`"
)
def run(
    study: StudyName = DEFAULT_STUDY,
    data: DataFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for the report; outputs/STUDY (or STUDY_blind) otherwise.", metavar="DIR"
        ),
    ] = None,
    seed: Seed = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer placebos and draws, for a first look; the report says so.")
    ] = False,
    engine: Annotated[
        Engine | None, typer.Option("--engine", help="Of the structural model, instead of the plan's.")
    ] = None,
    blind: Blind = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Write the report as a PDF too; needs the extra packages of [pdf].")
    ] = False,
    release: Annotated[
        Path | None,
        typer.Option(
            "--release",
            help="Also write a folder to be given away, with a log of what disclosure control kept out.",
            metavar="DIR",
        ),
    ] = None,
) -> None:
    """Run a study and write its report.

    Plan and data are proved before anything is fitted. An earlier report in the folder is replaced whole, and only
    when the new one is complete. A run that was stopped goes on from what it had finished.
    """
    with one_message():
        from evaluate.data.fetch import cache_folder
        from evaluate.effects.kept import Kept
        from evaluate.reports.pdf import require_weasyprint
        from evaluate.study import load_study

        if pdf:
            require_weasyprint()  # now, and not after an hour of fitting
        loaded = load_study(study)
        name = f"{loaded.name}_blind" if blind else loaded.name
        kept = Kept(cache_folder() / "runs" / name)
        with progress_bar() as progress, saying_on_ctrl_c(f"no report was written. {GOES_ON}"):
            done = loaded.run(
                data,
                seed=seed,
                quick=quick,
                engine=engine.value if engine else None,
                blind=blind,
                progress=progress,
                keep=kept.folder,
            )
        page = done.write(out if out is not None else Path("outputs") / name, pdf=pdf)
        passed = done.release(release, pdf=pdf) if release is not None else None
        kept.clear()
        _show_run(done, loaded, page, as_planned=not (quick or data or seed is not None or engine or blind))
        if passed is not None:
            _console().print(_plain(repr(passed)), soft_wrap=True, highlight=False)


@app.command(
    epilog="The simulated study that ships: `evaluate check sample_operation`\n\n"
    'A file you downloaded: `evaluate check studies/ilford_lane --data "MPS Ward Level Crime.csv"`'
)
def check(study: StudyName = DEFAULT_STUDY, data: DataFile = None, blind: Blind = False) -> None:
    """Prove a plan and its data, and show the counts; nothing is fitted."""
    with one_message():
        from evaluate.study import load_study

        _show_check(load_study(study).check(data, blind=blind))


@app.command(
    epilog="Begin with `evaluate new my_operation`, edit my_operation/plan.toml, then `evaluate check my_operation`"
)
def new(
    name: Annotated[str, typer.Argument(help="Folder to make.")],
) -> None:
    """Begin a study: a commented plan.toml and a README to fill in.

    The plan is complete and runs on the sample data as it stands.
    """
    with one_message():
        from evaluate.study.new import new_study

        folder = new_study(name)
        typer.echo(f"Made {folder}: edit plan.toml, then: evaluate check {folder}")


@plans.command(
    epilog="Before the outcome data are read: `evaluate plan freeze my_operation`, then publish both files"
)
def freeze(
    study: Annotated[str, typer.Argument(help="A folder with a plan.toml, or a plan file.")],
    data: DataFile = None,
) -> None:
    """Stamp a plan: its text, its hash, and whether outcome data had been read.

    A run reports every departure from the frozen plan.
    """
    with one_message():
        from evaluate.study import load_study
        from evaluate.study.freeze import stamp_path

        loaded = load_study(study)
        stamp = loaded.freeze(data)
        _console().print(_plain(repr(stamp)), soft_wrap=True, highlight=False)
        typer.echo(
            f"Wrote {stamp_path(loaded.path)}: keep it beside the plan, and give a copy to somebody else."
        )


@app.command(
    epilog="Before an operation, to see whether it could be judged: `evaluate power studies/ilford_lane`"
)
def power(
    study: StudyName = DEFAULT_STUDY, data: DataFile = None, seed: Seed = None, blind: Blind = False
) -> None:
    """Show the smallest fall that could be detected, by outcome and months after the operation."""
    with one_message():
        from evaluate.study import load_study
        from evaluate.study.power import power_table

        with progress_bar() as progress:
            checked = load_study(study).check(data, seed=seed, blind=blind)
            table = power_table(checked, progress=progress)
        if checked.blind is not None:
            typer.echo(f"{checked.blind.banner}.")
        _show_power(table)


@app.command(epilog="A quick look, with wide Monte Carlo errors: `evaluate calibrate --panels 20`")
def calibrate(
    panels: Annotated[
        int,
        typer.Option("--panels", min=2, help="Simulated panels of each kind, or placebos.", metavar="N"),
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Root seed.", metavar="N")] = 20261123,
    cell: Annotated[
        list[str] | None,
        typer.Option("--cell", help="Only this kind of panel; may be given again.", metavar="NAME"),
    ] = None,
    estimator: Annotated[
        list[str] | None,
        typer.Option("--estimator", help="Another method beside; may be given again.", metavar="NAME"),
    ] = None,
    panel: Annotated[
        Path | None,
        typer.Option("--panel", help="Placebo operations on the areas of this file instead.", metavar="FILE"),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome", help="With --panel, only this outcome; may be given again.", metavar="NAME"
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the tables, the page and the pictures.", metavar="DIR")
    ] = Path("outputs/calibration"),
) -> None:
    """Measure how often the methods are wrong, where the truth is known.

    Simulated panels, or placebo operations on the areas of a file. What is finished of the simulated panels is kept:
    the same command goes on after an interruption, and more panels add to those there are.
    """
    with one_message():
        from evaluate.study.calibration_command import measure_areas, measure_simulated

        with progress_bar() as progress:
            if panel is None:
                with saying_on_ctrl_c(f"finished panels are kept in {out / 'panels'}. {GOES_ON}"):
                    page = measure_simulated(panels, seed, cell, estimator, out=out, progress=progress)
            else:
                page = measure_areas(
                    panel, outcome, panels=panels, seed=seed, estimators=estimator, out=out, progress=progress
                )
        typer.echo(f"Calibration: {page}")


@app.command()
def samples() -> None:
    """List the studies and the data that come with the package, and the public files that can be fetched."""
    with one_message():
        from evaluate.data.fetch import where_is
        from evaluate.data.public_files import MONTH, public_files
        from evaluate.data.shipped import shipped_names, shipped_path
        from evaluate.study import load_study

        console = _console()
        console.print("[bold]Studies[/bold] (evaluate run NAME)")
        for name in shipped_names("studies"):
            console.print(f"  {name}: {load_study(name).plan.title}")
        console.print("[bold]Data samples[/bold] (made by this project, in the published formats)")
        for name in shipped_names("data_samples"):
            folder = shipped_path("data_samples", name)
            console.print(f"  {name}: {', '.join(sorted(path.name for path in folder.iterdir()))}")
            console.print(f"    in {folder}", soft_wrap=True, highlight=False)
        console.print("[bold]Public files[/bold] (evaluate fetch NAME)")
        for file in public_files():
            here = None if MONTH in file.name else where_is(file)
            name = file.name.replace(MONTH, "2018-06")
            console.print(f"  {name}: {_plain(file.what)} ({file.licence})", soft_wrap=True, highlight=False)
            if here is not None:
                console.print(f"    in {here}", soft_wrap=True, highlight=False)


@app.command(
    epilog="Recorded crime of London's wards, the latest 24 months: `evaluate fetch mps_ward_recent`"
)
def fetch(
    name: Annotated[str, typer.Argument(help="A public file; `evaluate samples` lists them.")],
    again: Annotated[bool, typer.Option("--again", help="Download anew though it is here already.")] = False,
) -> None:
    """Get a public file and show where it is.

    The folder that the variable EVALUATE_DATA names is looked into first, then the downloads there are.
    """
    with one_message():
        from evaluate.data.fetch import fetch as get

        typer.echo(get(name, again=again))


@contextmanager
def one_message() -> Iterator[None]:
    """Turn what the package refuses on purpose into one message on stderr; a bug stays a traceback."""
    try:
        yield
    except EvaluateError as error:
        _console(stderr=True).print(
            f"[bold red]Error:[/bold red] {_plain(str(error))}", soft_wrap=True, highlight=False
        )
        raise typer.Exit(WRONG) from None
    except KeyboardInterrupt:
        _console(stderr=True).print("Stopped; no report was written.")
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def saying_on_ctrl_c(what: str) -> Iterator[None]:
    """Say on Ctrl-C what is left of the work."""
    try:
        yield
    except KeyboardInterrupt:
        _console(stderr=True).print(f"Stopped; {_plain(what)}", soft_wrap=True, highlight=False)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr while something runs, gone afterwards; nothing where stderr is no terminal."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    console = _console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=1.0)
        yield lambda share, doing: bar.update(task, completed=share, description=doing)


def _show_run(done: Run, study: Study, page: Path, *, as_planned: bool) -> None:
    """A line for every claim, how many expected numbers agree, and where the report is."""
    console = _console()
    if done.findings.simulated:
        console.print("[bold]The data are simulated.[/bold]")
    if done.findings.blind:
        console.print(f"[bold]{_plain(done.findings.blind)}.[/bold]", soft_wrap=True, highlight=False)
    if done.findings.exploratory:
        console.print("[bold]Exploratory: the plan was made after outcome data had been read.[/bold]")
    for departure in done.departures:
        console.print(f"Departure from the frozen plan: {_plain(departure)}", soft_wrap=True, highlight=False)
    for claim, finding in done.by_claim.items():
        console.print(
            f"[bold]{_plain(claim)}[/bold]: {finding.verdict.finding}. {_plain(finding.verdict.words)}"
        )
    expected = study.expected()
    if as_planned and len(expected):
        agreed = done.compare(expected)["agrees"]
        console.print(
            f"{int(agreed.sum())} of {len(agreed)} numbers of expected.csv agree within their tolerance."
        )
    console.print(f"Report: {page}", soft_wrap=True, highlight=False)


def _show_check(checked: CheckedStudy) -> None:
    """What was found in plan and data."""
    console = _console()
    for line in repr(checked).splitlines():
        console.print(_plain(line), soft_wrap=True, highlight=False)
    if checked.freeze is not None:
        console.print(_plain(repr(checked.freeze)), soft_wrap=True, highlight=False)
    for file in checked.panel.provenance.files:
        rows = f"{file.rows_used:,} of {file.rows_read:,} rows used"
        console.print(f"{file.name}: {rows}, sha256 {file.sha256[:16]}...", soft_wrap=True, highlight=False)
    console.print(_count_table(checked))
    if (checked.counts["missing"] > 0).any():
        console.print("* some of the counts are missing and not in the total")
    for row in checked.exposure.to_dict("records"):
        console.print(
            _plain(f"{row['operation']}: {row['days']} days of {row['period']}, {row['share']:.0%} of it")
        )
    for note in (*checked.notes, *checked.panel.provenance.notes):
        console.print(f"Note: {_plain(note)}", soft_wrap=True, highlight=False)


def _count_table(checked: CheckedStudy) -> Table:
    """Totals of every outcome in the treated, buffer and control areas, a column for each window."""
    from rich.box import SIMPLE
    from rich.table import Table

    from evaluate.reports.tables import CONFIDENTIAL, MARKERS

    counts = checked.published_counts
    periods = counts.drop_duplicates("window").set_index("window")["periods"]
    heads = [_plain(f"{window} ({number})") for window, number in periods.items()]
    table = Table("outcome", "areas", *heads, title="Counts by window (number of periods)", box=SIMPLE)
    if (counts["total"] == CONFIDENTIAL).any():
        table.caption = _plain(MARKERS[CONFIDENTIAL])
    for column in table.columns[2:]:
        column.justify = "right"
    for (outcome, areas), rows in counts.groupby(["outcome", "areas"], sort=False):
        table.add_row(_plain(str(outcome)), str(areas), *(_total(row) for row in rows.to_dict("records")))
    return table


def _total(row: dict[Hashable, Any]) -> str:
    """A total, starred where it lacks some counts; a marker where it may not be shown."""
    if isinstance(row["total"], str):
        return _plain(row["total"])
    if row["total"] != row["total"]:
        return "missing"
    return f"{row['total']:,.0f}{'*' if row['missing'] else ''}"


def _show_power(table: pd.DataFrame) -> None:
    """The smallest detectable falls, a row for each outcome."""
    from rich.box import SIMPLE
    from rich.table import Table

    shown = Table("outcome", "a period", *(str(column) for column in table.columns[2:]), box=SIMPLE)
    for outcome, level, *sizes in table.itertuples(index=False):
        cells = ("-" if size != size else f"{size:.0%}" for size in sizes)
        shown.add_row(_plain(str(outcome)), f"{level:,.1f}", *cells)
    console = _console()
    console.print(
        "Smallest fall that would be found four times in five, during and so long after the operation:"
    )
    console.print(shown)


def _console(*, stderr: bool = False) -> Console:
    """A console that writes to where stdout or stderr point now."""
    from rich.console import Console

    return Console(stderr=stderr)


def _plain(text: str) -> str:
    """Text in which square brackets are brackets, not markup."""
    from rich.markup import escape

    return escape(text)


def main() -> None:
    """Entry point of the ``evaluate`` command."""
    app()


if __name__ == "__main__":
    main()
