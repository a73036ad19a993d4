"""What the browser is given of Streamlit: named in the page, out of memory, nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from streamlit import file_util

from sim.ui import bundle

STREAMLIT = Path(file_util.get_static_dir())
PAGE = b"<html><head><title>x</title></head><body></body></html>"


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """What stands behind: a page in two pieces, or words."""
    page = not scope["path"].startswith("/_stcore")
    kind = b"text/html; charset=utf-8" if page else b"text/plain"
    head = [(b"content-type", kind), (b"content-length", str(len(PAGE)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": PAGE[:20], "more_body": True})
    await send({"type": "http.response.body", "body": PAGE[20:]})


def asked(
    path: str, folder: Path = STREAMLIT, method: str = "GET", query: bytes = b""
) -> tuple[dict[str, str], bytes]:
    """Headers and body of an answer to a browser that goes there."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query}
    scope["headers"] = [(b"accept", b"text/html,*/*")]
    asyncio.run(bundle.Bundle(behind, folder, lambda: ("first", "people"))(scope, receive, send))
    heads = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return heads, b"".join(message.get("body", b"") for message in sent[1:])


def test_a_page_names_what_its_charts_and_tables_are_drawn_with() -> None:
    heads, body = asked("/people", query=b"lang=en")
    named = bundle.needed(STREAMLIT)

    assert any("ArrowVegaLiteChart" in name for name in named)
    assert all((STREAMLIT / name).is_file() for name in named)
    assert all(f'href="./{name}"'.encode() in body for name in named)
    assert body.index(b"modulepreload") < body.index(b"</head>")
    assert int(heads["content-length"]) == len(body)


def test_what_streamlits_own_page_names_is_not_named_twice() -> None:
    page = (STREAMLIT / "index.html").read_text("utf-8")

    assert not [name for name in bundle.needed(STREAMLIT) if name in page]


def test_a_file_comes_whole_and_may_be_kept() -> None:
    name = bundle.needed(STREAMLIT)[0]
    heads, body = asked(f"/{name}")

    assert body == (STREAMLIT / name).read_bytes()
    assert heads["content-type"] == "text/javascript"
    assert "immutable" in heads["cache-control"]


@pytest.mark.parametrize("path", ["/static/../manifest.json", "/static/js/none.js", "/static/"])
def test_what_is_not_there_is_for_streamlit_to_answer(path: str) -> None:
    assert PAGE[:20] in asked(path)[1]


@pytest.mark.parametrize(("path", "method"), [("/_stcore/health", "GET"), ("/", "POST")])
def test_other_answers_pass_as_they_are(path: str, method: str) -> None:
    assert asked(path, method=method)[1] == PAGE


@pytest.mark.parametrize("said", ["", "[]", json.dumps({"a": {"name": "Table"}}), "{"])
def test_a_streamlit_without_a_list_of_its_files_works_too(tmp_path: Path, said: str) -> None:
    (tmp_path / "index.html").write_text("<html></html>")
    (tmp_path / "manifest.json").write_text(said)

    assert bundle.needed(tmp_path) == []
    assert asked("/", tmp_path)[1] == PAGE


@pytest.mark.parametrize(
    ("path", "query", "place"),
    [
        ("/first", b"lang=ru&volume=900", "./?lang=ru&volume=900"),
        ("/first", b"", "./"),
        ("/none", b"lang=ru", "./?lang=ru&page=none"),
        ("/no/ne", b"", "../?page=no/ne"),
        ("/\u043d\u0435\u0442", b"", "./?page=%D0%BD%D0%B5%D1%82"),
        ("/people/x\r\nset-cookie: a", b"", "../?page=people/x%0D%0Aset-cookie%3A%20a"),
    ],
)
def test_an_address_that_is_no_pages_leads_to_the_first(
    path: str, query: bytes, place: str
) -> None:
    heads, body = asked(path, query=query)

    assert heads["location"] == place
    assert body == b""


@pytest.mark.parametrize("path", ["/", "/people", "/people/"])
def test_a_page_is_where_its_address_says(path: str) -> None:
    assert "location" not in asked(path)[0]
