"""Names that people give are shown as they are written, whatever signs are in them."""

from __future__ import annotations

import pytest
from visitor import bring, priced, straight

SIGNS = "*team* [A] $5_6$"
NAMED = (
    priced()
    .replace("en: Own team", f'en: "Own {SIGNS}"')
    .replace("title: {en: Vendor", f'title: {{en: "Vendor {SIGNS}"')
)


@pytest.mark.parametrize("page", ["answer", "options"])
def test_signs_in_the_name_of_an_option_are_no_marks(page: str) -> None:
    app = bring(straight(page, lang="en", scenario="bank"), NAMED)
    said = [one.value for one in (*app.header, *app.subheader) if "team" in one.value]

    assert said
    assert all(r"\*team\* \[A\] \$5\_6\$" in one for one in said)
