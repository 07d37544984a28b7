"""A service's database: as large and as safe as the environment says, unless the service says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader.platform import load_platform
from config.models.data.database import Database, Databases
from tests.config.bad_yaml import API, Bad, check
from tests.config.platform_files import VALID, added, write_platform
from tests.settings import an_environment

CASES = [
    Bad(
        "a database without a value",
        added(API, "database:\n"),
        """
service_configs/api.yaml:9: database: has no value
  value: nothing
  allowed: the fields engine_version, instance_class, storage_gib, max_storage_gib, multi_az, \
backup_retention_days, deletion_protection, of, login, password_version, exporter, variables
  fix: write `database: {}` for one with the environment's sizes, or remove the line
""",
    ),
    Bad(
        "a database that is only wished for",
        added(API, "database: true\n"),
        """
service_configs/api.yaml:9: database: needs fields of its own, not true or false
  value: true
  allowed: the fields engine_version, instance_class, storage_gib, max_storage_gib, multi_az, \
backup_retention_days, deletion_protection, of, login, password_version, exporter, variables
  fix: write database: {}
""",
    ),
    Bad(
        "a version that is a number",
        added(API, "database:\n  engine_version: 17\n"),
        """
service_configs/api.yaml:10: database.engine_version: is none of the choices
  value: 17
  allowed: 15, 16, 17, 18
  fix: write "17", in quotes
""",
    ),
    Bad(
        "an instance class of EC2",
        added(API, "database:\n  instance_class: t4g.micro\n"),
        """
service_configs/api.yaml:10: database.instance_class: has the wrong form
  value: t4g.micro
  allowed: an RDS instance class such as db.t4g.medium, or null
""",
    ),
    Bad(
        "a size that RDS does not have",
        added(API, "database:\n  instance_class: db.t4g.huge\n"),
        """
service_configs/api.yaml:10: database.instance_class: has the wrong form
  value: db.t4g.huge
  allowed: an RDS instance class such as db.t4g.medium, or null
""",
    ),
    Bad(
        "a login as the master user",
        added(API, "database:\n  login: master\n"),
        """
service_configs/api.yaml:10: database.login: is none of the choices
  value: master
  allowed: data, schema, or null
""",
    ),
    Bad(
        "passwords of a version that is no number",
        added(API, "database:\n  password_version: two\n"),
        """
service_configs/api.yaml:10: database.password_version: needs a whole number, not text
  value: two
  allowed: a whole number, at least 1
""",
    ),
    Bad(
        "another's database with passwords of its own",
        added(API, "database:\n  of: web\n  password_version: 2\n"),
        """
service_configs/api.yaml:11: database.password_version: the database of web is sized in its own file
  value: 2
  allowed: only `of:`, `login:` and `variables:`
  fix: move it to web.yaml
""",
    ),
    Bad(
        "a variable that the database sets",
        added(API, "database: {}\nvariables:\n  DATABASE_HOST: localhost\n"),
        """
service_configs/api.yaml:11: variables.DATABASE_HOST: DATABASE_HOST is set to where the database is
  value: localhost
  allowed: text
  fix: remove it, or call it something else
""",
    ),
    Bad(
        "a migration with a database of its own",
        {"service_configs/migrate.yaml": "kind: one-off\nbefore: api\ndatabase: {}\n"},
        """
service_configs/migrate.yaml:3: database: it uses the database of api, before whose deploys it runs
  value: {}
  allowed: only `database: {of: api}`, with `variables:` of its own
  fix: remove it here, and write it in api.yaml
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_a_database_that_cannot_be_is_refused_with_the_fix(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


def test_the_environment_decides_the_size() -> None:
    environment = an_environment(databases={"instance_class": "db.t4g.micro", "multi_az": False})
    sized = environment.database(Database())
    assert (sized.instance_class, sized.multi_az) == ("db.t4g.micro", False)


def test_what_nobody_decides_suits_production() -> None:
    sized = an_environment().database(Database())
    assert sized.multi_az
    assert sized.deletion_protection
    assert sized.kept_when_deleted
    assert sized.backup_retention_days >= 7


def test_a_service_decides_otherwise_for_its_own_database_alone() -> None:
    environment = an_environment(databases={"storage_gib": 20})
    assert environment.database(Database(storage_gib=100, multi_az=False)).storage_gib == 100
    assert environment.database(Database()).storage_gib == 20


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("databases", [True, False, None])
@pytest.mark.parametrize("own", [True, False, None])
def test_the_narrowest_word_on_deletion_protection_counts(
    everything: bool, databases: bool | None, own: bool | None
) -> None:
    environment = an_environment(deletion_protection=everything, databases={"deletion_protection": databases})
    expected = next(word for word in (own, databases, everything) if word is not None)
    assert environment.database(Database(deletion_protection=own)).deletion_protection is expected


def test_a_database_can_differ_by_environment(tmp_path: Path) -> None:
    api = VALID[API] + "database: {}\nenvironments:\n  prod:\n    database:\n      storage_gib: 150\n"
    dev, prod = load_platform(write_platform(tmp_path, {API: api}))
    sizes = {
        of.environment.name: of.environment.database(service.database).storage_gib
        for of in (dev, prod)
        for service in of.services
        if service.database
    }
    assert sizes == {"dev": 20, "prod": 150}


def test_every_choice_of_a_service_has_a_default_of_the_environment() -> None:
    own = {"engine_version", "exporter", "login", "of", "password_version", "variables"}
    assert set(Database.model_fields) - own <= set(Databases.model_fields)
