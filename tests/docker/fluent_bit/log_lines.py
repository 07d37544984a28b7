"""What an application writes, and the exact records that are stored: the router's promise, case by case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.docker.fluent_bit.firelens import TASK_ID

Line = Mapping[str, Any]
Record = dict[str, Any]

NUMBERS = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17, "FATAL": 21}
TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@dataclass(frozen=True)
class Case:
    """Lines of one container, the records that come of them, and the messages copied to CloudWatch."""

    name: str
    lines: tuple[Line, ...]
    records: tuple[Record, ...]
    copies: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def line(text: str | bytes, *, source: str = "stdout") -> Line:
    """A line as Docker's fluentd driver sends it."""
    names = {"container_id": "f00", "container_name": "/ecs-dev-orders-7-orders"}
    return {**names, "source": source, "log": text}


def pieces(text: str, *, size: int = 16384, ends: bool = True) -> tuple[Line, ...]:
    """A long line, as Docker cuts it; without an end, as when the program stopped in the midst of it."""
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    return tuple(
        {
            **line(part),
            "partial_message": "true",
            "partial_id": "5d1c",
            "partial_ordinal": str(at),
            "partial_last": "true" if ends and at == len(parts) else "false",
        }
        for at, part in enumerate(parts, start=1)
    )


def record(body: str, level: str | None = None, **fields: Any) -> Record:
    """A record of this service."""
    severity = {"severity_text": level, "severity_number": NUMBERS[level]} if level else {}
    fixed = {"service_name": "orders", "environment": "dev", "container": "orders", "task_id": TASK_ID}
    return {"body": body, **severity, **fixed, **fields}


def one(name: str, text: str | bytes, *records: Record, **environment: str) -> Case:
    """A case of one line on standard output."""
    return Case(name, (line(text),), records, environment=environment)


def trace(name: str, text: str, level: str = "ERROR") -> Case:
    """A stack trace, and a line after it."""
    lines = (*text.split("\n"), "all is well")
    return Case(name, tuple(map(line, lines)), (record(text, level), record("all is well")), (text,))


def error(name: str, text: str, stored: Record) -> Case:
    """A line that is copied to CloudWatch as it is."""
    return Case(name, (line(text),), (stored,), (text,))


KEYS = [f"k{first}{second}" for first in "abcdefghijkl" for second in "abcdefghijklmnopqrstuvwxy"]
MANY = "{" + ",".join(f'"{key}":{at}' for at, key in enumerate(KEYS)) + "}"
DEEP = '{"a":' * 12 + "1" + "}" * 12
LONG = "".join(f"{at:07d} " for at in range(5000))
HUGE = "x" * 300_000

JAVA = """2026-11-27 10:00:00.000 ERROR [main] c.e.App - it failed
java.lang.IllegalStateException: no order
\tat com.example.App.run(App.java:12)
\tat com.example.App.main(App.java:5)
Caused by: java.io.IOException: disk
\t... 2 more"""

PYTHON = """Traceback (most recent call last):
  File "a.py", line 1, in f
    x
ValueError: no

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in g
    y
KeyError: 'k'"""

GO = """panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.(*Server).Serve(0xc000, {0x1, 0x2})
\t/app/server.go:9 +0x2
main.main()
\t/app/main.go:8 +0x1d
exit status 2"""

NODE = """/app/index.js:3
    throw new Error('no');
    ^

Error: no
    at Object.<anonymous> (/app/index.js:3:11)
    at Module._compile (node:internal/modules/cjs/loader:1369:14)

Node.js v20.12.0"""

NODE_CAUGHT = """TypeError: Cannot read properties of undefined (reading 'id')
    at handler (/app/a.js:1:2)
    at next (/app/b.js:3:4) {
  code: 'E_NONE'
}"""

WRONG_PASSWORD = '{"level":"error","msg":"no","password":"hunter2"}'

CASES: tuple[Case, ...] = (
    one("plain text", "hello", record("hello")),
    one("an empty line", ""),
    one("only spaces", "   \t "),
    one("ANSI colours", "\x1b[1;32mINFO\x1b[0m ready", record("INFO ready", "INFO")),
    one("invalid UTF-8", b"caf\xe9 \xe2\x82 \xed\xa0\x80 ok \xf0\x9f\x98\x80", record("caf� �� ��� ok 😀")),
    one("control characters", "a\x00b\x07c\td", record("abc\td")),
    one(
        "JSON",
        '{"level":"info","msg":"paid","order":{"id":7,"total":12.5,"paid":true,"lines":[{"sku":"a"}]},"note":null}',
        record(
            "paid",
            "INFO",
            order_id_int=7,
            order_total_float=12.5,
            order_paid_bool=True,
            order_lines_str='[{"sku":"a"}]',
        ),
    ),
    one("no JSON after all", '{"a":1', record('{"a":1')),
    one("JSON and more", '{"a":1} and more', record('{"a":1} and more')),
    one("JSON without a message", '{"n":1}', record('{"n":1}', n_int=1)),
    one("a message that is an object", '{"message":{"x":1}}', record('{"message":{"x":1}}', message_x_int=1)),
    one("two messages", '{"event":"paid","msg":"order 7"}', record("order 7", event_str="paid")),
    one("escapes", r'{"msg":"a\n\"b\" \ud83d\ude00 \ud800 \u00e9"}', record('a\n"b" 😀 � é')),
    one(
        "numbers, and numbers as strings",
        '{"msg":"n","a":"1","b":1,"c":1.0,"d":1e3,"e":-0}',
        record("n", a_str="1", b_int=1, c_float=1.0, d_float=1000.0, e_int=0),
    ),
    one(
        "numbers that OpenSearch has no room for",
        '{"msg":"n","a":9223372036854775807,"b":9223372036854775808,"c":1e39,"d":NaN,"e":9007199254740993}',
        record("n", a_int=9223372036854775807, b_str="9223372036854775808", c_str="1e39", e_int=9007199254740993),
    ),
    one(
        "numbers that would be printed as whole ones",
        '{"msg":"n","a":3.0000000000000004,"b":1e15,"c":0.1,"d":-0.0}',
        record("n", a_float=3.0, b_float=1e15, c_float=0.1, d_float=-0.0),
    ),
    Case(
        "an object where a string was",
        (line('{"msg":"1","user":"ann"}'), line('{"msg":"2","user":{"id":7}}'), line('{"msg":"3","user":[7]}')),
        (record("1", user_str="ann"), record("2", user_id_int=7), record("3", user_str="[7]")),
    ),
    one(
        "an application's own @timestamp",
        '{"msg":"t","@timestamp":"2020-01-01T00:00:00.123Z","timestamp":1577836800}',
        record("t", timestamp_date="2020-01-01T00:00:00.123Z", timestamp_int=1577836800),
    ),
    one(
        "fields with our names",
        '{"msg":"m","body":"b","task_id":"t","service_name":"s","copy":"c","_id":"i"}',
        record("m", body_str="b", task_id_str="t", service_name_str="s", copy_str="c", id_str="i"),
    ),
    one(
        "dates, and what only looks like one",
        '{"msg":"d","a":"2024-02-29","b":"2023-02-29","c":"2024/01/02 Z","d":"2024-01","e":"12:30","f":"2024"}',
        record("d", a_date="2024-02-29", b_str=" 2023-02-29", c_str=" 2024/01/02 Z", d_str=" 2024-01", e_str="12:30")
        | {"f_str": "2024"},
    ),
    one("a line that is a date", "2026-11-27", record(" 2026-11-27")),
    one(
        "keys that are no names",
        '{"msg":"k","":1," ":2,"a.b":3,"a b":4,"__x":5,"é":6,"' + "k" * 100 + '":7}',
        record("k", unnamed_int=1, a_b_int=3, x_int=5, é_int=6, overflow='{" ":2,"a b":4}') | {"k" * 64 + "_int": 7},
    ),
    one(
        "keys made up for each record",
        '{"msg":"u","users":{"12345678":1,"8d3f0a7c-11aa-4f5e-9b1d-d2f0c1b2a3e4":2}}',
        record("u", overflow='{"users.12345678":1,"users.8d3f0a7c-11aa-4f5e-9b1d-d2f0c1b2a3e4":2}'),
    ),
    one(
        "300 keys",
        MANY,
        record(MANY, overflow="{" + ",".join(f'"{key}":{at}' for at, key in enumerate(KEYS) if at >= 100) + "}")
        | {f"{key}_int": at for at, key in enumerate(KEYS[:100])},
    ),
    one("12 levels deep", DEEP, record(DEEP, a_a_a_a_a_str='{"a":' * 7 + "1" + "}" * 7)),
    Case("a line of 40 KB in pieces", pieces(LONG), (record(LONG),)),
    Case("a line that its program never ended", pieces("bye", ends=False), (record("bye"),)),
    Case(
        "a line of 300 KB in pieces",
        pieces(HUGE),
        (record("x" * 262144 + " [cut: 37856 bytes more]"),),
    ),
    one(
        "a long field",
        '{"msg":"l","a":"' + "é" * 20000 + '"}',
        record("l", a_str="é" * 16384 + " [cut: 7232 bytes more]"),
    ),
    trace("a Java trace", JAVA),
    trace("a Python trace", PYTHON),
    trace("a Go panic", GO, "FATAL"),
    trace("a Node crash", NODE),
    trace("an error that Node logs", NODE_CAUGHT),
    Case(
        "two errors, one after the other",
        (line("Error: first"), line("Error: second")),
        (record("Error: first", "ERROR"), record("Error: second", "ERROR")),
        ("Error: first", "Error: second"),
    ),
    Case(
        "a trace and another stream between its lines",
        (line("ValueError: no", source="stderr"), line("GET / 200"), line("    at x (/a.js:1:1)", source="stderr")),
        (record("GET / 200"), record("ValueError: no\n    at x (/a.js:1:1)", "ERROR")),
        ("ValueError: no\n    at x (/a.js:1:1)",),
    ),
    one(
        "a password in JSON",
        '{"msg":"in","password":"hunter2","user":{"apiKey":"k","name":"bo"},"headers":{"Authorization":"Bearer a"},'
        '"tokens":3}',
        record("in", password_str="***", user_apiKey_str="***", user_name_str="bo", headers_Authorization_str="***")
        | {"tokens_int": 3},
    ),
    error("a password in a copy", WRONG_PASSWORD, record("no", "ERROR", password_str="***")),
    one("a password in text", "db password=hunter2 host=db", record("db password=*** host=db")),
    one(
        "secrets that are numbers, lists and objects",
        '{"pin":1234,"passwords":["a","b"],"auth":{"user":"u"},"n":1}',
        record('{"pin":***,"passwords":***],"auth":***},"n":1}', pin_str="***", passwords_str="***", auth_str="***")
        | {"n_int": 1},
    ),
    one("a bearer token", "GET / Authorization: Bearer abc.def-ghi", record("GET / Authorization: Bearer ***")),
    one(
        "a quoted secret",
        """{"a":"x","note":"api_key: 'q w' ok"}""",
        record("""{"a":"x","note":"api_key: '***' ok"}""", a_str="x", note_str="api_key: '***' ok"),
    ),
    one(
        "an address with a password",
        "to postgres://app:s3cret@db/x?password=abc&ssl=1",
        record("to postgres://app:***@db/x?password=***&ssl=1"),
    ),
    one("an AWS key", "with AKIAIOSFODNN7EXAMPLE", record("with ***")),
    one("a JSON web token", "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1", record("jwt ***")),
    one(
        "a card, and numbers that are none",
        "card 4111-1111-1111-1111 order 1732700000000000 n 4111111111111112",
        record("card *** order 1732700000000000 n 4111111111111112"),
    ),
    one(
        "a service's own masks",
        "customer CUST-1234 and iban=DE89 of IBAN",
        record("customer CUST-*** and iban=*** of ***"),
        MASK="(CUST%-)%d%d%d%d%f[%D]\n(iban%=)[^%s]+\n(%z*)IBAN",
    ),
    one("a level in other words", '{"severity":"WARNING","msg":"m"}', record("m", "WARN")),
    error("a level of pino", '{"level":50,"msg":"m"}', record("m", "ERROR")),
    one("a level of Elastic", '{"log.level":"debug","message":"m"}', record("m", "DEBUG")),
    error("a level of Python", '{"levelno":40,"levelname":"ERROR","msg":"m"}', record("m", "ERROR")),
    one("a level of OpenTelemetry", '{"severity_number":10,"body":"m"}', record("m", "INFO")),
    one("a level that there is not", '{"level":"audit","msg":"m"}', record("m", level_str="audit")),
    error("a level of klog", "E1127 10:00:00.000 1 x.go:1] y", record("E1127 10:00:00.000 1 x.go:1] y", "ERROR")),
    one(
        "a trace of the W3C",
        f'{{"msg":"m","traceparent":"00-{TRACE_ID}-{SPAN_ID}-01"}}',
        record("m", trace_id=TRACE_ID, span_id=SPAN_ID),
    ),
    one(
        "a trace of Datadog",
        '{"msg":"m","dd":{"trace_id":"1234567890123456789","span_id":"5"}}',
        record("m", trace_id="0000000000000000112210f47de98115", span_id="0000000000000005"),
    ),
    one(
        "a trace of X-Ray",
        '{"msg":"m","x-amzn-trace-id":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8"}',
        record("m", trace_id="5759e988bd862e3fe1be46a994272793", span_id="53995c3f42cd8ad8"),
    ),
    one("a trace that is none", '{"msg":"m","trace_id":"nope"}', record("m", trace_id_str="nope")),
    one("the load balancer's question", '10.0.0.1 - "GET / HTTP/1.1" 200 12 "-" "ELB-HealthChecker/2.0"'),
    one(
        "the load balancer's question, refused",
        '10.0.0.1 - "GET / HTTP/1.1" 503 12 "-" "ELB-HealthChecker/2.0"',
        record('10.0.0.1 - "GET / HTTP/1.1" 503 12 "-" "ELB-HealthChecker/2.0"'),
    ),
    one("a health check in JSON", '{"level":"info","path":"/healthz","status":200,"msg":"request"}'),
    one("a health check on a path of its own", '"GET /alive HTTP/1.1" 200', HEALTH_CHECK_PATH="/alive"),
    one("a request like a health check", '"GET /healthzz HTTP/1.1" 200', record('"GET /healthzz HTTP/1.1" 200')),
    Case(
        "standard error, without a level",
        (line("no such file", source="stderr"),),
        (record("no such file"),),
        ("no such file",),
    ),
    Case("a job", (line("step 1"),), (record("step 1"),), ("step 1",), {"JOB": "true"}),
    one("logfmt, where nobody said so", "level=warn msg=x", record("level=warn msg=x", "WARN")),
    one(
        "logfmt",
        'level=info msg="hello \\"you\\"" dur=1.5 n=3 ok=true at=2026-01-01T00:00:00Z',
        record('hello "you"', "INFO", dur_float=1.5, n_int=3, ok_bool=True, at_date="2026-01-01T00:00:00Z"),
        PARSER="logfmt",
    ),
    one("text, though it is JSON", '{"a":1}', record('{"a":1}'), PARSER="text"),
)


def stored(records: Iterable[Record]) -> list[Record]:
    """Records as they are compared."""
    return [{key: value for key, value in one.items() if key != "@timestamp"} for one in records]
