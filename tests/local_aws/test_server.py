"""A call whose answer got lost on the way is not carried out twice."""

from __future__ import annotations

from typing import Any

from local_aws.server import REMEMBERED_CALLS, once_for_each_call


class Counter:
    """Answers with how many calls it has seen."""

    def __init__(self, status: str = "200 OK") -> None:
        self.status, self.calls = status, 0

    def __call__(self, _environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.calls += 1
        start_response(self.status, [("X", str(self.calls))])
        return [str(self.calls).encode()]


def ask(application: Any, call: str | None) -> tuple[str, list[bytes]]:
    said: list[str] = []
    environ = {"HTTP_AMZ_SDK_INVOCATION_ID": call} if call else {}
    body = application(environ, lambda status, headers: said.append(f"{status} {headers[0][1]}"))
    return said[-1], body


def test_another_attempt_of_a_call_that_succeeded_gets_its_answer() -> None:
    application = once_for_each_call(Counter())
    assert ask(application, "a") == ask(application, "a") == ("200 OK 1", [b"1"])
    assert ask(application, "b") == ("200 OK 2", [b"2"])


def test_what_failed_is_tried_again_and_what_has_no_id_is_always_carried_out() -> None:
    failing = once_for_each_call(Counter("500 Oops"))
    assert [ask(failing, "a")[1], ask(failing, "a")[1]] == [[b"1"], [b"2"]]
    working = once_for_each_call(Counter())
    assert [ask(working, None)[1], ask(working, None)[1]] == [[b"1"], [b"2"]]


def test_only_the_latest_calls_are_remembered() -> None:
    application = once_for_each_call(counter := Counter())
    for number in range(REMEMBERED_CALLS + 1):
        ask(application, str(number))
    ask(application, "0")
    assert counter.calls == REMEMBERED_CALLS + 2
