"""Charts drawn beforehand, for files that cannot draw them themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import fontpkg_pt_sans
import vl_convert

from sim.report.palette import Spec

__all__ = ["FONT", "FONTS", "sized", "svg"]

#: Letters of charts and files, Cyrillic among them.
FONT = "PT Sans"
#: Folder of their files.
FONTS = Path(fontpkg_pt_sans.__file__).with_name("files")


@cache
def _letters() -> None:
    """Let charts be measured with the letters that they are set in."""
    vl_convert.register_font_directory(str(FONTS))


def sized(spec: Spec, width: int) -> Spec:
    """A chart with a width of its own, in the letters of files.

    Parameters
    ----------
    spec
        Vega-Lite, as wide as whatever holds it.
    width
        Width [pixels].
    """
    return spec | {"width": width, "config": spec["config"] | {"font": FONT}}


def svg(spec: Spec, width: int) -> str:
    """A chart as a drawing of a width [pixels]."""
    _letters()
    drawn: str = vl_convert.vegalite_to_svg(sized(spec, width), allowed_base_urls=[])
    return drawn
