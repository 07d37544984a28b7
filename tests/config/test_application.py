"""What services of one application may share, and the message where one names what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.bad_yaml import API, WEB, Bad, check
from tests.config.platform_files import added

JOB = "service_configs/migrate.yaml"
CASES = [
    Bad(
        "an image of nobody",
        added(API, "image: {of: wep}\n"),
        """
service_configs/api.yaml:9: image.of: wep has no image of its own: there is no service_configs/wep.yaml
  value: wep
  allowed: web
  fix: did you mean `web`?
""",
    ),
    Bad(
        "an image of itself",
        added(API, "image: {of: api}\n"),
        """
service_configs/api.yaml:9: image.of: its own image is the default
  value: api
  allowed: 2 to 22 lower-case letters, digits and single hyphens, a letter first (a target group's 32 characters also \
hold the environment's name)
  fix: remove `image:`
""",
    ),
    Bad(
        "an image of who runs another's",
        added(API, "image: {of: web}\n") | {"service_configs/beat.yaml": "kind: worker\nimage: {of: api}\n"},
        """
service_configs/beat.yaml:2: image.of: api has no image of its own: api runs the image of web
  value: api
  allowed: web
  fix: write `image: {of: web}`
""",
    ),
    Bad(
        "a database of who has none",
        added(API, "database: {of: web}\n"),
        """
service_configs/api.yaml:9: database.of: web has no database of its own: web.yaml has no `database:`
  value: web
  allowed: no service has one yet
  fix: add `database: {}` to web.yaml
""",
    ),
    Bad(
        "another's database with a size",
        added(API, "database: {of: web, multi_az: true}\n") | added(WEB, "database: {}\n"),
        """
service_configs/api.yaml:9: database.multi_az: the database of web is sized in its own file
  value: true
  allowed: only `of:`, `login:` and `variables:`
  fix: move it to web.yaml
""",
    ),
    Bad(
        "a URL without a program to start",
        added(API, "database: {variables: {DATABASE_URL: url}}\n"),
        """
service_configs/api.yaml:9: database.variables.DATABASE_URL: a URL with the password is put together by a shell \
before the program, which it must know
  value: url
  allowed: only with `command:`, or `entrypoint:`; or the parts, such as password, in variables of their own
  fix: write what the image starts as `command:`
""",
    ),
    Bad(
        "a migration of two images",
        {JOB: "kind: one-off\nbefore: [api, web]\n"},
        """
service_configs/migrate.yaml:2: before: api runs the image of api, and web that of web; which one migrate runs is not \
said
  value: web
  allowed: services of one image, or `image:` here
  fix: add `image: {of: api}`
""",
    ),
    Bad(
        "a singleton of two",
        added(WEB, "scaling: {singleton: true, max_tasks: 2}\n"),
        """
service_configs/web.yaml:9: scaling.max_tasks: 2 is not one, which is what `singleton:` asks for
  value: 2
  allowed: 1, which is its default with `singleton: true`
  fix: remove it, or remove `singleton:`
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_what_cannot_be_shared_is_refused_with_the_fix(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
