"""Charts of a month's money as plain HTML: there at once, without the library of the others.

Their words are words, so they wrap, can be searched and are read aloud. Colours are those of both
themes, and the browser takes the one in force.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from sim.report.charts import DifferenceRow, MoneyRow
from sim.report.palette import DARK, LIGHT, Palette

__all__ = ["STYLE", "difference_lines", "hue", "money_bars"]


def hue(of: Callable[[Palette], str]) -> str:
    """A colour that follows the theme while the page is open.

    Parameters
    ----------
    of
        Which colour of a palette.

    Examples
    --------
    >>> hue(lambda palette: palette.text)
    'light-dark(#1b2333, #e6eaf2)'
    """
    return f"light-dark({of(LIGHT)}, {of(DARK)})"


#: What pages say once for all drawings, tiles of numbers and tables among them.
STYLE = f"""
.stHtml .linewise-tiles {{display: grid; gap: 1rem; margin: 0; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(min(8.2rem, 44%), 1fr))}}
.linewise-tile {{border: 1px solid {hue(lambda p: p.line)}; border-radius: .5rem;
  padding: .45rem .9rem}}
.linewise-tile dt {{font-size: .9rem; font-weight: 400; line-height: 1.35}}
.linewise-tile dd {{margin: 0; font-size: 1.6rem; line-height: 1.3; white-space: nowrap}}
.linewise-tile dd:has(small) {{font-size: .86rem; white-space: normal}}
.linewise-tile small {{color: {hue(lambda p: p.muted)}; font-size: inherit}}
.linewise-table {{overflow-x: auto}}
.linewise-table table {{width: 100%; border-collapse: collapse; font-size: .875rem}}
.linewise-table :is(th, td) {{padding: .35rem .5rem .35rem 1rem; text-align: left;
  vertical-align: middle; font-weight: 400; line-height: 1.5;
  border-bottom: 1px solid {hue(lambda p: p.line)}}}
.linewise-table :is(th, td):first-child {{padding-left: .5rem}}
.linewise-table tbody tr:last-child td {{border-bottom: 0}}
.linewise-table th {{color: {hue(lambda p: p.muted)}}}
@media (max-width: 640px) {{
.linewise-tile dd {{font-size: 1.45rem}}
.linewise-table :is(th, td) {{padding-left: .35rem; padding-right: .35rem}}
.linewise-table table {{font-size: .8rem}}
}}
.stHtml .linewise-rows {{list-style: none; display: grid; gap: 1rem; margin: .1rem 0 0; padding: 0;
  color: {hue(lambda p: p.text)}}}
.stHtml .linewise-rows > li {{margin: 0; padding: 0}}
.linewise-name {{display: flex; justify-content: space-between; gap: .2rem 1rem; line-height: 1.35;
  font-size: .875rem; font-weight: 600}}
.linewise-name > :last-child:not(:first-child) {{white-space: nowrap}}
.linewise-note {{font-size: .78rem; line-height: 1.35; color: {hue(lambda p: p.muted)}}}
.linewise-bar {{display: flex; height: 1.25rem; margin-top: .3rem}}
.linewise-span {{position: relative; height: 1.625rem; margin-top: .2rem}}
.linewise-span > * {{position: absolute; top: 50%; transform: translateY(-50%)}}
.linewise-pale {{opacity: .42}}
"""


def money_bars(rows: Sequence[MoneyRow]) -> str:
    """Stacked bars of cost by group, one for each option, as `money_chart` draws them.

    Parameters
    ----------
    rows
        The options.
    """
    # What is given back makes no bar longer or shorter: it is among the words of its group.
    spent = [sum(max(part[2], 0.0) for part in row.parts) for row in rows]
    most = max(spent, default=0.0) or 1.0
    drawn = []
    for row, total in zip(rows, spent, strict=True):
        parts = "".join(
            f'<i title="{escape(f"{title}: {text}")}" style="width:{_at(amount / total)};'
            f'background:{hue(_group(group))}"></i>'
            for group, title, amount, text in row.parts
            if amount > 0.0
        )
        bar = f'<div class="linewise-bar{_pale(row.equal)}" style="width:{_at(total / most)}">'
        drawn.append(f"{_head(row.name, row.total)}{_note(row.note)}{bar}{parts}</div>")
    return _rows(drawn)


def difference_lines(rows: Sequence[DifferenceRow]) -> str:
    """Dot and interval of each option's difference to the baseline, as `difference_chart` has them.

    Parameters
    ----------
    rows
        The options but the baseline.
    """
    ends = [0.0, *(end for row in rows for end in (row.low, row.high))]
    low, high = min(ends), max(ends)
    room = 0.05 * (high - low) or 1.0
    low, width = low - room, high - low + 2 * room

    def at(value: float) -> str:
        return _at((value - low) / width)

    def line(first: float, second: float, height: int, colour: str) -> str:
        left, right = sorted((first, second))
        return (
            f'<i style="left:{at(left)};width:{_at((right - left) / width)};'
            f'height:{height}px;border-radius:{height // 2}px;background:{colour}"></i>'
        )

    zero = (
        f'<i style="left:{at(0.0)};width:2px;height:100%;background:{hue(lambda p: p.text)}"></i>'
    )
    drawn = []
    for row in rows:
        colour = hue(_SIDES[row.side])
        words = f'<div class="linewise-note" style="color:{colour};font-weight:600">'
        words += f"{escape(row.words)}</div>"
        dot = (
            f'<i style="left:calc({at(row.value)} - 6px);width:13px;height:13px;'
            f'border-radius:50%;background:{colour}"></i>'
        )
        marks = line(0.0, row.value, 2, colour) + line(row.low, row.high, 7, colour) + dot
        span = f'<div class="linewise-span{_pale(row.equal)}" title="{escape(row.words)}">'
        drawn.append(f"{_head(row.name)}{words}{span}{marks}{zero}</div>")
    return _rows(drawn)


_SIDES: dict[str, Callable[[Palette], str]] = {
    "cheaper": lambda palette: palette.cheaper,
    "even": lambda palette: palette.even,
    "dearer": lambda palette: palette.dearer,
}


def _group(name: str) -> Callable[[Palette], str]:
    return lambda palette: palette.groups[name]


def _at(share: float) -> str:
    return f"{100.0 * share:.3f}%"


def _pale(equal: bool) -> str:
    return "" if equal else " linewise-pale"


def _head(name: str, figure: str = "") -> str:
    beside = f"<span>{escape(figure)}</span>" if figure else ""
    return f'<div class="linewise-name"><span>{escape(name)}</span>{beside}</div>'


def _note(text: str) -> str:
    return f'<div class="linewise-note">{escape(text)}</div>'


def _rows(drawn: Sequence[str]) -> str:
    return '<ul class="linewise-rows">' + "".join(f"<li>{one}</li>" for one in drawn) + "</ul>"
