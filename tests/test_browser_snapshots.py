"""The main pages, pixel by pixel: light and dark, laptop and phone.

Pictures are those of one Chromium with one set of fonts, which are written down beside them; with
others nothing is compared. `make snapshots` takes them anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import light, new_page, visit
from PIL import Image, ImageChops
from pixelmatch.contrib.PIL import pixelmatch
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = Path(__file__).with_name("snapshots")
TAKEN = Path(__file__).with_name("out") / "snapshots"
ANEW = bool(os.environ.get("NEW_SNAPSHOTS"))
#: How far a colour may be off, and how many pixels of a thousand.
COLOUR, MOST = 0.1, 2.0
#: Red, green and blue off by no more are the same colour: pixelmatch weighs them by at most 1.15 of
#: the square, and `COLOUR` is 352 on its scale.
SURE = 17
LAPTOP, PHONE = (1366, 768), (390, 844)
#: Page, language, scheme, size; those that are not `long` are taken at every submission.
SHOTS = {
    "answer_laptop_light": ("", "ru", "light", LAPTOP),
    "answer_laptop_dark": ("", "en", "dark", LAPTOP),
    "answer_phone_light": ("", "en", "light", PHONE),
    "answer_phone_dark": ("", "ru", "dark", PHONE),
    "options_laptop_light": ("options", "en", "light", LAPTOP),
    "options_phone_dark": ("options", "ru", "dark", PHONE),
    "people_laptop_light": ("people", "en", "light", LAPTOP),
    "people_laptop_dark": ("people", "ru", "dark", LAPTOP),
    "people_phone_light": ("people", "ru", "light", PHONE),
    "simulation_laptop_dark": ("simulation", "en", "dark", LAPTOP),
    "simulation_phone_light": ("simulation", "en", "light", PHONE),
}
OFTEN = {"answer_laptop_light", "answer_phone_dark", "people_laptop_dark"}


def drawn_by(browser: Browser) -> dict[str, str]:
    """What pictures depend on beside the app: the browser and the fonts of the system."""
    fonts = ""
    if shutil.which("fc-list"):
        asked = ["fc-list", ":", "family", "style", "fontversion"]
        found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        fonts = hashlib.sha256("\n".join(sorted(found.splitlines())).encode()).hexdigest()[:16]
    return {"chromium": browser.version, "fonts": fonts}


@pytest.fixture
def same_letters(browser: Browser) -> None:
    """Chromium and fonts are those of the pictures; else the test is skipped, saying so."""
    note, here = KEPT / "drawn_by.json", drawn_by(browser)
    if ANEW:
        KEPT.mkdir(exist_ok=True)
        note.write_text(json.dumps(here, indent=1) + "\n", "utf-8")
        return
    there = json.loads(note.read_text("utf-8"))
    if there != here:
        pytest.skip(f"pictures are of another Chromium or other fonts: {there}, here {here}")


def few_colours(path: Path) -> None:
    """A picture in 256 colours stays small; of all methods this one keeps those of a legend."""
    with Image.open(path) as picture:
        how = Image.Quantize.MAXCOVERAGE
        few = picture.convert("RGB").quantize(256, how, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def differing(kept: Path, taken: Path) -> float:
    """Pixels of a thousand that differ, at most; where too many do, a picture of them is left."""
    with Image.open(kept) as first, Image.open(taken) as second:
        if first.size != second.size:
            return 1000.0
        off = np.asarray(ImageChops.difference(first.convert("RGB"), second.convert("RGB")))
        # What follows walks through all pixels for seconds; that none is off is seen at once.
        if (most := 1000.0 * float((off.max(axis=2) > SURE).mean())) <= MOST:
            return most
        marks = Image.new("RGBA", first.size)
        wrong = pixelmatch(
            first.convert("RGBA"), second.convert("RGBA"), marks, threshold=COLOUR, fail_fast=False
        )
    marks.save(taken.with_suffix(".differs.png"))
    return 1000.0 * wrong / (first.width * first.height)


@pytest.mark.parametrize(
    "name", [n if n in OFTEN else pytest.param(n, marks=pytest.mark.long) for n in SHOTS]
)
def test_a_page_looks_as_it_did(browser: Browser, site: str, same_letters: None, name: str) -> None:
    place, lang, scheme, (width, height) = SHOTS[name]
    chosen: dict[str, Any] = {
        "color_scheme": scheme,
        "viewport": {"width": width, "height": height},
    }
    page = new_page(browser, locale="en-GB", **chosen)
    # With a figure changed nothing is drawn from ranges, which takes a process half a minute.
    visit(page, f"{site}/{light(place, lang, volume=7300)}")
    TAKEN.mkdir(parents=True, exist_ok=True)
    kept, taken = KEPT / f"{name}.png", TAKEN / f"{name}.png"
    page.screenshot(path=taken, animations="disabled", caret="hide")
    page.context.close()
    few_colours(taken)
    if ANEW:
        shutil.copy(taken, kept)

    assert differing(kept, taken) <= MOST, f"see {taken}; as it should be: make snapshots"
