"""As much of GitHub's API as the workflows ask for, on 127.0.0.1: comments and issues, in pages.

https://docs.github.com/en/rest/issues
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN, REPOSITORY = "test-token", "acme/groundwork"


@dataclass
class State:
    """What the repository holds, and every writing call that it got."""

    url: str = ""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    branches: dict[str, dict[str, str]] = field(default_factory=lambda: {"main": {}})
    """The text of each file on each branch."""
    pulls: list[dict[str, Any]] = field(default_factory=list)
    protected: bool = False
    settings: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """The answers about the repository itself, by path."""
    merged: dict[str, list[int]] = field(default_factory=dict)
    """By commit, the pull requests that it merged."""
    dispatched: list[dict[str, Any]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {"GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}

    def comment(self, number: int, body: str, login: str = "github-actions[bot]") -> dict[str, Any]:
        """Add a comment to an issue or a pull request."""
        new = {
            "user": {"login": login},
            "id": 1000 + sum(map(len, self.comments.values())),
            "body": body,
            "html_url": f"https://x/{number}",
        }
        self.comments.setdefault(number, []).append(new)
        return new


@contextmanager
def github() -> Iterator[State]:
    """A server that stops by itself."""
    state = State()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815  as http.server calls them

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def _answer(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, answer = 401, {"message": "Bad credentials"}
            else:
                status, answer = _route(state, self.command, self.path, body)
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def _route(state: State, method: str, target: str, body: Any) -> tuple[int, Any]:
    url = urlsplit(target)
    path = url.path.removeprefix(f"/repos/{REPOSITORY}").removeprefix("/")
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    if method != "GET":
        state.writes.append(f"{method} {path}")
    if method == "GET" and path in state.settings:
        return state.settings[path]
    if match := re.fullmatch(r"issues/(\d+)/comments", path):
        number = int(match[1])
        if method == "POST":
            return 201, state.comment(number, body["body"])
        return 200, _page(state.comments.get(number, []), query)
    if match := re.fullmatch(r"issues/comments/(\d+)", path):
        found = [its for those in state.comments.values() for its in those if its["id"] == int(match[1])]
        found[0].update(body)
        return 200, found[0]
    if match := re.fullmatch(r"compare/(\w+)\.\.\.(\w+)", path):
        return 200, {"commits": [{"sha": match[2]}]}
    if match := re.fullmatch(r"commits/(\w+)/pulls", path):
        numbers = state.merged.get(match[1], [])
        return 200, _page([{"number": its, "merged_at": "2026-11-27T10:00:00Z"} for its in numbers], query)
    if path == "dispatches":
        state.dispatched.append(body)
        return 204, None
    if path == "issues" and method == "GET":
        return 200, _page([its for its in state.issues if its["state"] == query["state"]], query)
    if path == "issues":
        number = len(state.issues) + 1
        state.issues.append({"number": number, "state": "open", "html_url": f"https://x/{number}", **body})
        return 201, state.issues[-1]
    if match := re.fullmatch(r"issues/(\d+)", path):
        issue = state.issues[int(match[1]) - 1]
        issue.update(body)
        return 200, issue
    return _contents(state, method, path, query, body)


def _contents(state: State, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
    """Files, branches and pull requests. A branch's commit is named by its content."""
    if path.startswith("contents/"):
        file = path.removeprefix("contents/")
        files = state.branches[query["ref"] if method == "GET" else body["branch"]]
        if method == "GET":
            if file not in files:
                return 404, {"message": "Not Found"}
            return 200, {"content": base64.encodebytes(files[file].encode()).decode(), "sha": _sha(files[file])}
        if state.protected and body["branch"] == "main":
            return 409, {"message": "Changes must be made through a pull request"}
        if body.get("sha") != (_sha(files[file]) if file in files else None):
            return 409, {"message": f"{file} does not match {body.get('sha')}"}
        files[file] = base64.b64decode(body["content"]).decode()
        return 200, {"commit": {"html_url": f"https://x/commit/{len(state.writes)}", "message": body["message"]}}
    if path == "git/ref/heads/main":
        return 200, {"object": {"sha": _sha(str(sorted(state.branches["main"].items())))}}
    if path == "git/refs":
        state.branches[body["ref"].removeprefix("refs/heads/")] = dict(state.branches["main"])
        return 201, {}
    if match := re.fullmatch(r"git/refs/heads/(.+)", path):
        if match[1] not in state.branches:
            return 422, {"message": "Reference does not exist"}
        state.branches[match[1]] = dict(state.branches["main"])
        return 200, {}
    if path == "pulls" and method == "GET":
        return 200, _page([its for its in state.pulls if its["head"] == query["head"].partition(":")[2]], query)
    if path == "pulls":
        number = len(state.pulls) + 1
        state.pulls.append({"number": number, "html_url": f"https://x/pull/{number}", **body})
        return 201, state.pulls[-1]
    if match := re.fullmatch(r"pulls/(\d+)", path):
        state.pulls[int(match[1]) - 1].update(body)
        return 200, state.pulls[int(match[1]) - 1]
    return 404, {"message": "Not Found"}


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _page(values: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    size, page = int(query["per_page"]), int(query["page"])
    return values[(page - 1) * size : page * size]
