"""The terminal: where output goes, how tables, JSON and progress look."""

from __future__ import annotations

import json
import math
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table as RichTable

from sim.errors import InvalidInput, LinewiseError

if TYPE_CHECKING:  # closed forms are told without what plays, and mistakes without either
    from sim.experiment import Progress as Step
    from sim.report.answer import Answer
    from sim.report.language import Language
    from sim.report.table import Table
    from sim.scenario import Scenario

__all__ = [
    "BAD_INPUT",
    "AsCsv",
    "AsJson",
    "Code",
    "Lang",
    "console",
    "drawn",
    "in_parts",
    "lang_of",
    "one_form",
    "print_csv",
    "print_json",
    "print_sentences",
    "progress",
    "say",
    "show",
    "warm",
    "watching",
    "writable",
    "write_csv",
]

# Where a line may break: not at the space that holds a number and its unit together, if possible.
_BREAKS, _ANY_SPACE = "[ \n]", r"\s"

# Air between columns.
_APART = 2

#: Where the language is noted among what the commands of a line share.
_LANG = "linewise.lang"

#: What the process says to whoever called it with what cannot be read.
BAD_INPUT = 2

AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON, nothing rounded.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print the table as CSV, SI units, no words.")]
Code = Literal["en", "ru"]


def _note(ctx: typer.Context, lang: Code) -> Code:
    """Keep the language where refusals find it: the command itself is over by then."""
    ctx.meta[_LANG] = lang
    return lang


def lang_of(ctx: typer.Context) -> Code:
    """The language that was asked for, as far as the command line was read."""
    said: Code = ctx.meta.get(_LANG, "en")
    return said


Lang = Annotated[
    Code,
    typer.Option("--lang", envvar="LINEWISE_LANG", help="Language to speak.", callback=_note),
]


class _Terminal(Console):
    """Sentences on a terminal break between words, never inside ``1 200 RUB``.

    What continues a line stands deeper than its beginning.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; lines of text that are too long are broken here."""
        if self.is_terminal and not self.soft_wrap:
            objects = tuple(_broken(o, self.width) if isinstance(o, str) else o for o in objects)
        super().print(*objects, **options)


def _broken(text: str, width: int) -> str:
    """Text in lines of a width; a space that must not break (U+00A0) does not."""
    return "\n".join(_in_lines(line, width) for line in text.split("\n"))


def _in_lines(line: str, width: int) -> str:
    if cell_len(line) <= width:
        return line
    before = line[: len(line) - len(line.lstrip())]
    deeper = before + ("  " if before or line.startswith("* ") else "")
    return textwrap.fill(
        line, width, subsequent_indent=deeper, break_long_words=False, break_on_hyphens=False
    )


def console(*, error: bool = False) -> Console:
    """Where to write; wide enough for tables when nobody looks at a terminal."""
    console = _Terminal(stderr=error, highlight=False, markup=False)
    # On a terminal sentences break between words; into a file each is a line.
    console.soft_wrap = not console.is_terminal
    if not console.is_terminal:
        console.width = 160
    elif not error:
        console.soft_wrap = False  # lines end between words
    return console


def one_form(as_json: bool, as_csv: bool) -> None:
    """Refuse two forms at once before anybody waits for the answer."""
    if as_json and as_csv:
        raise LinewiseError("give --csv or --json, not both")


def writable(name: str, file: Path | None) -> None:
    """Refuse a file that cannot be written before anybody waits for what it is to hold.

    Raises
    ------
    InvalidInput
        If it cannot; `name` is the option that gave it. A table never takes the place of a
        scenario: a slip of the hand would cost its author all of it.
    """
    if file is None:
        return
    if name in ("csv", "forecast") and file.suffix.lower() in (".yaml", ".yml"):
        raise InvalidInput(name, "must not be a scenario", str(file), "write it to a .csv")
    try:
        there = file.exists()
        file.open("ab").close()
        if not there:
            file.unlink()
    except OSError as error:
        raise InvalidInput(name, f"cannot be written ({error.strerror})", str(file)) from None


def write_csv(file: Path, rows: Iterable[Mapping[str, object]], lang: str) -> None:
    """Write rows into a file as `print_csv` prints them."""
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(_csv(rows, lang))


def print_json(data: object) -> None:
    """Print plain data; text stays readable, numbers are not rounded."""
    # Where the output cannot hold every letter, JSON has a way to spell it.
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    spelled = not encoding.lower().startswith("utf")
    print(json.dumps(data, ensure_ascii=spelled, indent=2, allow_nan=False))


def print_csv(rows: Iterable[Mapping[str, object]], lang: str) -> None:
    """Print rows under the names that all of them have, for programs or for the Russian Excel.

    Numbers are not rounded.
    """
    sys.stdout.write(_csv(rows, lang))


def _csv(rows: Iterable[Mapping[str, object]], lang: str) -> str:
    from sim.report.sheets import csv_text  # a page of help waits for nothing heavy

    return csv_text(list(rows), lang)


def print_sentences(sentences: Iterable[str]) -> None:
    """Print sentences, the answer first and bold."""
    first, *rest = sentences
    out = console()
    out.print(first, style="bold")
    for sentence in rest:
        out.print(sentence)


def show(table: Table) -> None:
    """Print a table, figures to the right; columns that do not fit stand below the others."""
    out = console()
    out.print()
    if table.title:
        out.print(table.title, style="italic")
    for number, part in enumerate(in_parts(table, out.width)):
        if number:
            out.print()
        out.print(drawn(part, out.width), soft_wrap=False)


def in_parts(table: Table, width: int) -> list[Table]:
    """A table in as many below each other as it takes for rows to stay in one line.

    The first column, which says what a row is, stands in each; beyond half of the width, and where
    a figure is wider than the rest, lines are broken all the same.

    Parameters
    ----------
    table
        What to show.
    width
        Of the terminal.
    """
    columns = list(zip(table.head, *table.rows, strict=True))
    wide = [max(_longest_word(one[:1], _BREAKS), _longest_line(one[1:])) for one in columns]
    first = min(wide[0], max(_longest_word(columns[0], _BREAKS), width // 2))
    parts: list[list[int]] = [[]]
    used = first
    for n, size in enumerate(wide[1:], start=1):
        if parts[-1] and used + _APART + size > width:
            parts.append([])
            used = first
        parts[-1].append(n)
        used += _APART + size
    if len(parts) == 1:
        return [table]
    return [
        replace(
            table,
            head=(table.head[0], *(table.head[n] for n in part)),
            rows=tuple((row[0], *(row[n] for n in part)) for row in table.rows),
        )
        for part in parts
    ]


def drawn(table: Table, width: int) -> RichTable:
    """A table as it fits into so many columns: less air first, then words under each other.

    A number stays with its unit and its thousands as long as there is any room for that.

    Parameters
    ----------
    table
        What to show.
    width
        Of the terminal.
    """
    cells = [[name, *(row[n] for row in table.rows)] for n, name in enumerate(table.head)]
    wide = [_longest_line(column) for column in cells]
    figures = [_longest_word(column, _BREAKS) for column in cells]
    words = [_longest_word(column, _ANY_SPACE) for column in cells]
    tight = sum(wide) + 3 * len(wide) + 1 > width
    made = RichTable(
        box=box.SIMPLE_HEAD, collapse_padding=tight, pad_edge=not tight, show_edge=False
    )
    room = width - 2 * (len(wide) - 1)
    # Figures stay in one line where there is room for that, and so does what says what a row is.
    lines = [max(_longest_word(one[:1], _BREAKS), _longest_line(one[1:])) for one in cells]
    short = min(lines[0], max(figures[0], width // 2))
    whole = [[first, *lines[1:]] for first in (lines[0], short, figures[0])]
    for least in (*whole, [wide[0], *figures[1:]], figures, words):
        if sum(least) <= room:
            break
    sizes = _shared(least, wide, room) if tight and sum(least) <= room else [None] * len(wide)
    for number, (name, size) in enumerate(zip(table.head, sizes, strict=True)):
        head = _in_cell(name, size)
        made.add_column(head, justify="right" if number else "left", overflow="fold", width=size)
    for row in table.rows:
        made.add_row(*map(_in_cell, row, sizes))
    return made


def _in_cell(text: str, size: int | None) -> str:
    """A cell in lines of its column's width."""
    if size is None or max(cell_len(word) for word in text.split(" ")) > size:
        return text
    return _broken(text, size)


def _longest_word(cells: Sequence[str], spaces: str) -> int:
    """The longest part of any cell between such spaces."""
    return max(cell_len(word) for cell in cells for word in re.split(spaces, cell))


def _longest_line(cells: Sequence[str]) -> int:
    """The longest line of any cell."""
    return max((cell_len(line) for cell in cells for line in cell.splitlines()), default=0)


def _shared(least: Sequence[int], wide: Sequence[int], room: int) -> list[int | None]:
    """Widths of columns from what they must have up to what they would like, as room allows."""
    sizes = list(least)
    for _ in range(room - sum(least)):
        lacking = [want - has for want, has in zip(wide, sizes, strict=True)]
        if max(lacking) <= 0:
            break
        sizes[lacking.index(max(lacking))] += 1
    return list(sizes)


def say(answer: Answer, as_json: bool, as_csv: bool, lang: str) -> None:
    """Print an answer in the form that was asked for.

    Parameters
    ----------
    answer
        What was found.
    as_json, as_csv
        As plain data, or as rows.
    lang
        Whose spreadsheets the rows are for, as in `print_csv`.
    """
    one_form(as_json, as_csv)
    if as_json:
        print_json(answer.data)
    elif as_csv:
        print_csv(answer.rows, lang)
    else:
        print_sentences(answer.sentences)
        for table in answer.tables:
            show(table)


@contextmanager
def progress(
    scenario: Scenario | None = None, lang: Language | None = None
) -> Iterator[Callable[[str, Step], None]]:
    """Show how far replications have come, on a terminal; compile first, and say so.

    Options of a scenario are told by their titles.
    """
    from sim.compiled import is_warm

    err = console(error=True)
    if not is_warm():
        warm(err)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[precision]}"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bars:
        tasks: dict[str, Any] = {}
        # Staffing goes before the first replication, and with shifts it can take minutes.
        waiting = bars.add_task("…", total=None, precision="")

        def follow(name: str, step: Step) -> None:
            bars.update(waiting, visible=False)
            if name not in tasks:
                tasks[name] = bars.add_task(_titled(name, scenario, lang), precision="")
            shown = step.measure == "service_level" and math.isfinite(step.half_width)
            width = f"± {100 * step.half_width:.2f}" if shown else ""
            bars.update(tasks[name], completed=step.done, total=step.planned, precision=width)

        yield follow


def _titled(name: str, scenario: Scenario | None, lang: Language | None) -> str:
    """An option as people call it; what is none as it is."""
    if scenario is None or lang is None or name not in scenario.options:
        return name
    from sim.report.sentences import option_title

    return option_title(scenario, name, lang)


@contextmanager
def watching(what: str, seconds: float, lang: Language) -> Iterator[Callable[[Any], None]]:
    """Show how a search goes on, on a terminal: time, and how far it may be from the best."""
    err = console(error=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[gap]}"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bars:
        task = bars.add_task(what, total=seconds, gap="")

        def tell(step: Any) -> None:
            known = math.isfinite(step.cost) and step.cost > 0 and math.isfinite(step.bound)
            far = lang.percent(max(0.0, (step.cost - step.bound) / step.cost), 1) if known else ""
            gap = f"≤ {far}" if known else ""
            bars.update(task, completed=step.seconds, gap=gap)

        yield tell


def warm(out: Console) -> None:
    """Compile, and say why it takes a while."""
    from sim.compiled import cache_folder
    from sim.learn.adapters.plain_calls import compile_loops
    from sim.plan.warming import warm_up

    out.print("Compiling the engine: this happens once and takes about half a minute…")
    compile_loops()
    warm_up()
    out.print(f"Compiled, in {cache_folder()}" if cache_folder() else "Compiled, for this run only")
