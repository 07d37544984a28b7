"""The message for what is no YAML, or none that we take: each mistake once, with its line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.bad_yaml import API, DEV, WEB, Bad, check
from tests.config.platform_files import VALID, added, replaced

EXPLODING = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{last}'] * 10)}]\n" for last, name in ("ab", "bc", "cd", "de", "ef")
)

CASES = [
    Bad(
        "a tab for indentation",
        replaced(API, "  min_tasks: 1", "\tmin_tasks: 1"),
        """
service_configs/api.yaml:6: a tab in the indentation
  value: min_tasks: 1
  allowed: spaces
  fix: replace each tab by two spaces
""",
    ),
    Bad(
        "a key twice",
        added(API, "port: 9090\n"),
        """
service_configs/api.yaml:9: `port` is already written in line 2
  value: port: 9090
  allowed: each key once
  fix: keep one of the two
""",
    ),
    Bad(
        "a key twice inside another",
        replaced(DEV, "  nat: single", "  nat: single\n  nat: none"),
        """
environments/dev.yaml:6: `nat` is already written in line 5
  value: nat: none
  allowed: each key once
  fix: keep one of the two
""",
    ),
    Bad(
        "a key twice in an override",
        added(WEB, "      min_tasks: 2\n"),
        """
service_configs/web.yaml:9: `min_tasks` is already written in line 8
  value: min_tasks: 2
  allowed: each key once
  fix: keep one of the two
""",
    ),
    Bad(
        "an empty service file",
        {API: ""},
        """
service_configs/api.yaml:1: the file is empty
  value: nothing
  allowed: the fields kind, ...
  fix: write at least `kind:`, or remove the file
""",
    ),
    Bad(
        "an environment of comments only",
        {DEV: "# nothing yet\n"},
        """
environments/dev.yaml:1: the file is empty
  value: nothing
  allowed: the fields organization, ...
  fix: write at least `organization:`, `account_id:`, `domain:`, `network:`, or remove the file
""",
    ),
    Bad(
        "a file of null",
        {API: "---\n"},
        """
service_configs/api.yaml:1: the file is empty
  value: nothing
  allowed: the fields kind, ...
  fix: write at least `kind:`, or remove the file
""",
    ),
    Bad(
        "a list for a file",
        {API: "- kind\n- port\n"},
        """
service_configs/api.yaml:1: the file holds no fields
  value: [kind, port]
  allowed: the fields kind, ...
  fix: write `name: value` lines, indented below it
""",
    ),
    Bad(
        "a text for a file",
        {API: "kind:internal\n"},
        """
service_configs/api.yaml:1: the file holds no fields, only text
  value: kind:internal
  allowed: the fields kind, ...
  fix: write `name: value`, with a space after the colon
""",
    ),
    Bad(
        "UTF-16",
        {API: VALID[API].encode("utf-16")},
        """
service_configs/api.yaml:1: this text is not UTF-8
  value: bytes ff fe 6b 00
  allowed: UTF-8
  fix: save the file as UTF-8 in your editor
""",
    ),
    Bad(
        "Latin-1",
        {API: VALID[API].encode() + "# Käse\n".encode("latin-1")},
        """
service_configs/api.yaml:9: this text is not UTF-8
  value: bytes e4 73 65 0a
  allowed: UTF-8
  fix: save the file as UTF-8 in your editor
""",
    ),
    Bad(
        "a NUL character",
        {API: VALID[API] + "# \x00\n"},
        """
service_configs/api.yaml:9: a character that no text file should hold
  value: character U+0000
  allowed: printable UTF-8 text
  fix: remove it, or save the file as UTF-8 again
""",
    ),
    Bad(
        "an unclosed quote",
        replaced(DEV, '"111111111111"', '"111111111111'),
        """
environments/dev.yaml:1: a quote is opened and never closed
  value: account_id: "111111111111
  allowed: a quote at both ends
  fix: close it
""",
    ),
    Bad(
        "an unclosed bracket",
        added(API, 'command: ["sh", "-c"\n'),
        """
service_configs/api.yaml:9: a bracket is opened and never closed
  value: command: ["sh", "-c"
  allowed: a bracket at both ends
  fix: close it
""",
    ),
    Bad(
        "a list that ends in the middle",
        added(API, "command:\n  - sh\n  now\n"),
        """
service_configs/api.yaml:11: this line has no `: `
  value: now
  allowed: `key: value`
  fix: write a space after the colon
""",
    ),
    Bad(
        "two colons in a line",
        replaced(API, "kind: internal", "kind: internal: web"),
        """
service_configs/api.yaml:1: a second `: ` in one line
  value: kind: internal: web
  allowed: one, or text in quotes
  fix: quote the value, or start a new line
""",
    ),
    Bad(
        "a line indented too far",
        replaced(API, "port: 8080", "  port: 8080"),
        """
service_configs/api.yaml:2: this line is indented too far
  value: port: 8080
  allowed: fields that belong together start in the same column
  fix: indent with spaces, two for each level
""",
    ),
    Bad(
        "a line indented too little",
        replaced(API, "  max_tasks: 3", " max_tasks: 3"),
        """
service_configs/api.yaml:7: this line is indented unlike the lines above
  value: max_tasks: 3
  allowed: fields that belong together start in the same column
  fix: indent with spaces, two for each level
""",
    ),
    Bad(
        "no space after the colon",
        replaced(API, "port: 8080", "port:8080"),
        """
service_configs/api.yaml:2: this line has no `: `
  value: port:8080
  allowed: `key: value`
  fix: write a space after the colon
""",
    ),
    Bad(
        "a star without quotes",
        replaced(WEB, "host: shop", "host: *"),
        """
service_configs/web.yaml:4: a value cannot start with `*`
  value: host: *
  allowed: text in quotes
  fix: quote the value
""",
    ),
    Bad(
        "an at sign without quotes",
        replaced(WEB, "host: shop", "host: @"),
        """
service_configs/web.yaml:4: a value cannot start with `@`
  value: host: @
  allowed: text in quotes
  fix: quote the value
""",
    ),
    Bad(
        "a percent sign without quotes",
        added(API, "variables:\n  SHARE: %50\n"),
        """
service_configs/api.yaml:10: a value cannot start with `%`
  value: SHARE: %50
  allowed: text in quotes
  fix: quote the value
""",
    ),
    Bad(
        "a template that nobody rendered",
        replaced(WEB, "host: shop", "host: {{ host }}"),
        """
service_configs/web.yaml:4: a list or a mapping stands where a key belongs
  value: {…}
  allowed: a word as key
  fix: if this is a {{ template }}, write the value itself
""",
    ),
    Bad(
        "a CloudFormation tag",
        replaced(API, "port: 8080", "port: !Ref Port"),
        """
service_configs/api.yaml:2: YAML tags mean nothing here
  value: !Ref
  allowed: plain values
  fix: remove the tag
""",
    ),
    Bad(
        "a Python object",
        added(API, "variables: !!python/object/apply:os.system [id]\n"),
        """
service_configs/api.yaml:9: YAML tags mean nothing here
  value: tag:yaml.org,2002:python/object/apply:os.system
  allowed: plain values
  fix: remove the tag
""",
    ),
    Bad(
        "two documents",
        added(API, "---\nkind: worker\n"),
        """
service_configs/api.yaml:9: a second document starts here
  value: ---
  allowed: one document in a file
  fix: remove the `---`, or make two files
""",
    ),
    Bad(
        "an alias of nothing",
        replaced(API, "cpu: 512", "cpu: *size"),
        """
service_configs/api.yaml:3: nothing complete above is called &size
  value: *size
  allowed: an anchor that stands above, complete
  fix: put it in quotes if it is text, or write the value again
""",
    ),
    Bad(
        "an alias of itself",
        added(API, "command: &words [*words]\n"),
        """
service_configs/api.yaml:9: nothing complete above is called &words
  value: *words
  allowed: an anchor that stands above, complete
  fix: put it in quotes if it is text, or write the value again
""",
    ),
    Bad(
        "aliases that explode",
        {API: VALID[API] + EXPLODING},
        """
service_configs/api.yaml:13: far too many values
  value: at least 111111
  allowed: 20000 values in a file, each alias counted as what it stands for
  fix: write out what you need
""",
    ),
    Bad(
        "a hundred thousand brackets",
        added(API, "command: " + "[" * 100_000 + "]" * 100_000 + "\n"),
        """
service_configs/api.yaml:9: nested too deeply
  value: level 21
  allowed: 20 levels
  fix: unnest it
""",
    ),
    Bad(
        "a backslash in double quotes",
        added(API, 'command: ["\\d"]\n'),
        r"""
service_configs/api.yaml:9: a backslash in double quotes
  value: command: ["\d"]
  allowed: \\ there, or single quotes
  fix: use single quotes
""",
    ),
    Bad(
        "a list behind its key",
        replaced(API, "port: 8080", "command: - sh"),
        """
service_configs/api.yaml:2: a list starts behind its key
  value: command: - sh
  allowed: each entry on a line of its own
  fix: start a new line
""",
    ),
    Bad(
        "a list as key",
        added(API, "? [a]\n: b\n"),
        """
service_configs/api.yaml:9: a list or a mapping stands where a key belongs
  value: […]
  allowed: a word as key
  fix: if this is a {{ template }}, write the value itself
""",
    ),
    Bad(
        "a folder for a file",
        {f"{API}/README.md": "", API: None},
        """
service_configs/api.yaml:1: cannot be read: is a directory
  value: api.yaml
  allowed: a text file that you may read
  fix: check what is at this place, and its permissions
""",
    ),
    Bad(
        "the extension .yml",
        {"service_configs/extra.yml": VALID[API]},
        """
service_configs/extra.yml:1: nothing reads a file with this extension
  value: .yml
  allowed: .yaml
  fix: rename it to extra.yaml
""",
    ),
    Bad(
        "the extension .yml of an environment",
        {"environments/qa.yml": VALID[DEV]},
        """
environments/qa.yml:1: nothing reads a file with this extension
  value: .yml
  allowed: .yaml
  fix: rename it to qa.yaml
""",
    ),
    Bad(
        "the extension .YAML",
        {"service_configs/extra.YAML": VALID[API]},
        """
service_configs/extra.YAML:1: nothing reads a file with this extension
  value: .YAML
  allowed: .yaml
  fix: rename it to extra.yaml
""",
    ),
    Bad(
        "a service in a folder of its team",
        {"service_configs/team/extra.yaml": VALID[API]},
        """
service_configs/team/extra.yaml:1: nothing reads this folder
  value: service_configs/team/
  allowed: files directly in service_configs/
  fix: move it to service_configs/extra.yaml
""",
    ),
    Bad(
        "text behind a closing quote",
        replaced(DEV, "nat: single", 'nat: "single" # x\n  zones: "a" b'),
        """
environments/dev.yaml:6: this line is indented unlike the lines above
  value: zones: "a" b
  allowed: fields that belong together start in the same column
  fix: indent with spaces, two for each level
""",
    ),
    Bad(
        "CDKTF's own mark",
        added(API, 'variables:\n  HELD: "a ${TfToken[TOKEN.3]}"\n'),
        """
service_configs/api.yaml:10: CDKTF marks its own references with this
  value: ${TfToken[TOKEN.3]}
  allowed: any other text
  fix: write it otherwise
""",
    ),
    Bad(
        "a number that CDKTF takes for a reference",
        added(API, 'variables:\n  HELD: "at -1.8881545897087503e+289"\n'),
        """
service_configs/api.yaml:10: CDKTF marks its own references with this
  value: -1.8881545897087503e+289
  allowed: any other text
  fix: write it otherwise
""",
    ),
    Bad(
        "a character that ends a text in C",
        added(API, 'command: ["a\\0b"]\n'),
        """
service_configs/api.yaml:9: no variable, command or name can hold this character
  value: character U+0000
  allowed: any other character
  fix: remove it
""",
    ),
    Bad(
        "an accent apart from its letter",
        added(API, "variables:\n  HELD: au cafe\u0301\n"),
        """
service_configs/api.yaml:10: letters and their accents as characters of their own, which Terraform puts together: """
        """it would find a change in every plan
  value: cafe<U+0301>
  allowed: Unicode's normal form C
  fix: write caf\u00e9, whose accents are part of their letters
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
