"""A report as one page of HTML: it asks nothing of any network, and prints well.

Charts stand in it as drawings, so that they are there without scripts; where scripts may run, the
charts come alive, with figures under the pointer.
"""

from __future__ import annotations

import json
from functools import cache
from html import escape

import vl_convert

from sim.report.files.composing import Block, Contents
from sim.report.files.parts import Picture
from sim.report.files.pictures import svg
from sim.report.palette import LIGHT
from sim.report.table import Table

__all__ = ["page"]

_WIDTH = 940
#: Letters of a cell that are kept in one line.
_SHORT = 26
_STYLE = """
:root { color-scheme: light }
* { box-sizing: border-box }
body { font: 16px/1.5 "PT Sans", "Segoe UI", system-ui, sans-serif; color: %(text)s;
  max-width: 980px; margin: 1.5rem auto 3rem; padding: 0 1rem }
h1 { font-size: 1.7rem; margin: .2rem 0 1rem } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem;
  color: %(cover)s } h3 { font-size: 1rem; margin: 1.2rem 0 .4rem }
.muted, .notes { color: %(muted)s; font-size: .85rem } .notes p { margin: .25rem 0 }
.verdict { background: #eef3fd; border-left: 4px solid %(cover)s; border-radius: .4rem;
  padding: .9rem 1.1rem } .verdict strong { font-size: 1.25rem } .verdict p { margin: .4rem 0 0 }
.tiles { display: grid; gap: .8rem; margin: 1rem 0; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)) }
.tiles div { border: 1px solid %(line)s; border-radius: .5rem; padding: .6rem .9rem }
.tiles dt { font-size: .85rem } .tiles dd { margin: 0; font-size: 1.45rem; font-weight: 700 }
.tiles dd + dd { font-size: .8rem; font-weight: 400; color: %(muted)s }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1rem; font-size: .82rem; color: %(muted)s }
.legend i { display: inline-block; width: .75rem; height: .75rem; border-radius: .15rem;
  margin-right: .35rem; vertical-align: -.06rem }
.pictures { display: grid; gap: 0 1.6rem; grid-template-columns: minmax(0, 1fr) }
.chart { overflow-x: auto } figure { margin: 0; min-width: 0 }
.chart svg { max-width: 100%%; height: auto; display: block } .vega-embed { width: 100%% }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%%; font-size: .88rem }
th, td { padding: .28rem .5rem; border-bottom: 1px solid %(line)s; text-align: right;
  vertical-align: top } th { color: %(muted)s; font-weight: 400; vertical-align: bottom;
  border-bottom-color: %(muted)s } th:first-child, td:first-child { text-align: left }
td.short { white-space: nowrap }
@media (min-width: 860px) { .pictures.pair { grid-template-columns: minmax(0, 58fr)
  minmax(0, 42fr) } }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt } h2, h3 { break-after: avoid }
  figure, tr, .tiles, .verdict { break-inside: avoid } .scroll { overflow: visible }
  thead { display: table-header-group } @page { size: A4; margin: 15mm } }
"""
_ALIVE = """
const charts = JSON.parse(document.getElementById("charts").textContent);
for (const [name, spec] of Object.entries(charts)) {
  const place = document.getElementById(name);
  const drawn = place.innerHTML;
  vegaEmbed(place, spec, {actions: false, renderer: "svg", tooltip: {theme: "custom"}})
    .catch(() => { place.innerHTML = drawn; });
}
document.documentElement.dataset.alive = "yes";
"""


@cache
def _bundle() -> str:
    """What draws charts in a browser, in one piece."""
    made: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return made.replace("</script", "<\\/script")


def page(report: Contents) -> bytes:
    """A report as HTML in one file; the same report makes the same bytes.

    Parameters
    ----------
    report
        What it says.
    """
    charts: dict[str, Picture] = {}
    blocks = "".join(_block(block, charts) for block in report.blocks)
    specs = {name: one.spec for name, one in charts.items()}
    # No text of a scenario can end the script that it stands in.
    said = json.dumps(specs, ensure_ascii=False).replace("<", "\\u003c")
    colours = {name: getattr(LIGHT, name) for name in ("text", "muted", "line", "cover")}
    title = f"{report.title}. {report.question}"
    html = (
        f'<!doctype html>\n<html lang="{report.code}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="Linewise">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE % colours}</style>\n</head>\n<body>\n"
        f"{_answer(report)}{blocks}"
        f'<p class="muted">{escape(report.footer)}</p>\n'
        f'<script type="application/json" id="charts">{said}</script>\n'
        f'<script type="module">{_bundle()}</script>\n'
        f'<script type="module">{_ALIVE}</script>\n</body>\n</html>\n'
    )
    return html.encode()


def _answer(report: Contents) -> str:
    """What stands above all sections."""
    below = "".join(f"<p>{escape(said)}</p>" for said in report.below)
    warnings = "".join(f"<li>{escape(said)}</li>" for said in report.warnings)
    tiles = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd><dd>{escape(note)}</dd></div>"
        for label, value, note in report.tiles
    )
    frame = " · ".join(f"{escape(label)}: {escape(value)}" for label, value in report.frame)
    return (
        f'<p class="muted">{escape(report.title)}</p>\n<h1>{escape(report.question)}</h1>\n'
        f'<div class="verdict"><strong>{escape(report.verdict)}</strong>{below}</div>\n'
        f'<dl class="tiles">{tiles}</dl>\n'
        + (f"<ul>{warnings}</ul>\n" if warnings else "")
        + f'<p class="muted">{frame}</p>\n'
    )


def _block(block: Block, charts: dict[str, Picture]) -> str:
    """A section; its charts are noted for the script."""
    said = "".join(f"<p>{escape(one)}</p>" for one in block.said)
    drawn = []
    for one in block.pictures:
        name = f"chart-{len(charts)}"
        charts[name] = one
        drawn.append(_picture(name, one))
    pair = " pair" if len(drawn) == 2 and sum(p.wide for p in block.pictures) <= 1.001 else ""
    pictures = f'<div class="pictures{pair}">{"".join(drawn)}</div>' if drawn else ""
    tables = "".join(_table(one) for one in block.tables)
    notes = "".join(f"<p>{escape(one)}</p>" for one in block.notes)
    return (
        f'<section class="{block.key}"><h2>{escape(block.title)}</h2>{said}{pictures}{tables}'
        f'<div class="notes">{notes}</div></section>\n'
    )


def _picture(name: str, one: Picture) -> str:
    legend = "".join(
        f'<span><i style="background:{colour}"></i>{escape(title)}</span>'
        for colour, title in one.legend
    )
    return (
        f'<figure role="img" aria-label="{escape(one.told)}">'
        f'<h3>{escape(one.title)}</h3><div class="legend">{legend}</div>'
        f'<div class="chart" id="{name}">{svg(one.spec, round(_WIDTH * one.wide))}</div></figure>'
    )


def _table(one: Table) -> str:
    title = f"<h3>{escape(one.title)}</h3>" if one.title else ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in one.head)
    rows = "".join(
        f"<tr>{''.join(_cell(cell, place) for place, cell in enumerate(row))}</tr>"
        for row in one.rows
    )
    return (
        f'{title}<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(text: str, place: int) -> str:
    """A cell; a figure stays in one line."""
    kind = ' class="short"' if place and len(text) <= _SHORT else ""
    return f"<td{kind}>{escape(text)}</td>"
