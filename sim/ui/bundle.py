"""The browser's part of Streamlit, given out at once: a first visit waits for a hundred files.

Streamlit's browser asks for the code of a chart or of a table when the page that has one has come,
and for what that code needs when it has read it; every file then waits for its turn between
simulations and pages. Here the page itself names what a first answer is drawn with, so that it is
fetched while the answer is composed, and files stay in memory.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["Bundle", "links", "needed"]

_Message = MutableMapping[str, Any]
_Send = Callable[[_Message], Awaitable[None]]
_Receive = Callable[[], Awaitable[_Message]]
_App = Callable[[_Message, _Receive, _Send], Awaitable[None]]

#: Parts that a first answer is drawn with, by the names that Streamlit's list of files has.
PARTS = frozenset(
    [
        "ArrowVegaLiteChart",
        "Button",
        "ButtonGroup",
        "FileUploader",
        "Html",
        "NumberInput",
        "Progress",
        "Selectbox",
    ]
)
# Their names change with what is in them, so a browser may keep them.
_KEEP = b"public, immutable, max-age=31536000"
_HEAD_ENDS = b"</head>"


def needed(folder: Path) -> list[str]:
    """Files of code that a first answer is drawn with, what the page names itself left out.

    Parameters
    ----------
    folder
        Where Streamlit has what it gives to browsers.

    Returns
    -------
        Addresses relative to the page; none where Streamlit has no list of its files.
    """
    try:
        known = json.loads((folder / "manifest.json").read_text("utf-8"))
        page = (folder / "index.html").read_text("utf-8")
        wanted = [k for k, v in known.items() if v.get("isDynamicEntry") and v["name"] in PARTS]
        files: dict[str, None] = {}
        while wanted:
            one = known[wanted.pop()]
            if one["file"] not in files:
                files[one["file"]] = None
                wanted += one.get("imports", ())
    except (OSError, ValueError, KeyError, AttributeError):
        return []
    return sorted(name for name in files if name not in page and name.endswith(".js"))


def links(folder: Path) -> bytes:
    """What the head of the page is given, so that files are fetched before they are asked for.

    Parameters
    ----------
    folder
        Where Streamlit has what it gives to browsers.
    """
    lines = [
        f'<link rel="modulepreload" crossorigin fetchpriority="low" href="./{name}">\n'
        for name in needed(folder)
    ]
    return "".join(lines).encode()


class Bundle:
    """Between server and Streamlit: files from memory, the page with its links.

    Parameters
    ----------
    app
        What answers everything else.
    folder
        Where Streamlit has what it gives to browsers.
    pages
        Gives the names of pages, the first page's at the front: addresses of no page lead to that.
        Where there are no names, addresses are not looked at.
    """

    def __init__(self, app: _App, folder: Path, pages: Callable[[], Sequence[str]] = tuple) -> None:
        self._app = app
        self._pages = pages
        self._links = links(folder)
        # Only what is there now is ever given out, whatever a path may say.
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": path
            for path in (folder / "static").rglob("*")
            if path.is_file()
        }
        self._read: dict[str, bytes] = {}

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
        elif (path := scope["path"]) in self._files:
            await self._give(path, send)
        elif path.startswith(("/_stcore", "/media", "/component", "/static")):
            await self._app(scope, receive, send)
        elif (place := self._elsewhere(scope)) is not None:
            head = [(b"location", place), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 307, "headers": head})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, self._linking(send))

    def _elsewhere(self, scope: _Message) -> bytes | None:
        """Where the first page is, for whoever asks for it by name or for a page that is none.

        Streamlit would draw it too, under a box in English that says there is no such page.
        """
        name, pages = scope["path"].strip("/"), self._pages()
        if not pages or not name or name in pages[1:] or not _wants_page(scope):
            return None
        asked = [scope["query_string"]] if scope["query_string"] else []
        if name != pages[0]:
            asked.append(b"page=" + quote(name).encode())
        up = "../" * (scope["path"].count("/") - 1) or "./"
        return up.encode() + (b"?" + b"&".join(asked) if asked else b"")

    async def _give(self, path: str, send: _Send) -> None:
        body = self._read.get(path)
        if body is None:
            body = self._read[path] = self._files[path].read_bytes()
        kind = "text/javascript" if path.endswith(".js") else guess_type(path)[0]
        head = [
            (b"content-type", (kind or "application/octet-stream").encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", _KEEP),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    def _linking(self, send: _Send) -> _Send:
        """Send on; a page gets its links, whatever the pieces in which it comes."""
        begun: list[_Message] = []
        pieces: list[bytes] = []

        async def linking(message: _Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                begun.append(message)
            elif message["type"] == "http.response.body" and begun:
                pieces.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                body = b"".join(pieces).replace(_HEAD_ENDS, self._links + _HEAD_ENDS, 1)
                head = [pair for pair in begun[0]["headers"] if pair[0] != b"content-length"]
                head.append((b"content-length", str(len(body)).encode()))
                await send({**begun[0], "headers": head})
                await send({"type": "http.response.body", "body": body})
            else:
                await send(message)

        return linking


def _wants_page(scope: _Message) -> bool:
    """Whether somebody goes there, and no script asks."""
    said: bytes = dict(scope["headers"]).get(b"accept", b"")
    return b"text/html" in said


def _is_page(start: _Message) -> bool:
    kinds: bytes = dict(start["headers"]).get(b"content-type", b"")
    return bool(start["status"] == 200) and kinds.startswith(b"text/html")
