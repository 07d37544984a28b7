"""The roles of a database: the image's script in a real PostgreSQL, as a master user who is no superuser."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from config.models.data.login import EXPORTER_ROLE, Login
from tests.postgres_server import (
    PASSWORD,
    PATIENCE_S,
    USER,
    Server,
    debians_postgres,
    free_port,
    running_postgres,
    until,
)
from tests.synthesis import ROOT

pytestmark = pytest.mark.promtool

SCRIPT = ROOT / "docker/database-roles/rootfs/groundwork/roles.sh"
SUPERUSER, MASTER, OF_MASTER = "rdsadmin", USER, "of-master"
SCHEMA, DATA = Login.SCHEMA.role, Login.DATA.role
PASSWORDS = {SCHEMA: "made-up/1", DATA: "made-up/2", EXPORTER_ROLE: "made-up/3"}
# As RDS makes the master user: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
AS_ON_RDS = f"""
CREATE ROLE rds_superuser NOLOGIN;
GRANT pg_monitor TO rds_superuser WITH ADMIN OPTION;
CREATE ROLE {MASTER} LOGIN NOSUPERUSER INHERIT CREATEDB CREATEROLE NOREPLICATION PASSWORD '{OF_MASTER}';
GRANT rds_superuser TO {MASTER};
ALTER DATABASE {USER} OWNER TO {MASTER};
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Server]:
    with running_postgres(debians_postgres(), superuser=SUPERUSER, log_statement="ddl") as running:
        running.sql(AS_ON_RDS)
        yield running


@pytest.fixture
def master(cluster: Server) -> Iterator[Server]:
    """The master user of a database in which nothing has been made."""
    yield cluster.logged_in_as(MASTER, OF_MASTER)
    cluster.sql("DROP DATABASE IF EXISTS other")
    for role in (MASTER, *PASSWORDS):
        if cluster.answer(f"SELECT rolname FROM pg_roles WHERE rolname = '{role}'"):
            cluster.sql(f"DROP OWNED BY {role} CASCADE")
    for role in PASSWORDS:
        cluster.sql(f"DROP ROLE IF EXISTS {role}")


def make_roles(master: Server, *, exporter: bool = True, code: int = 0, more: Mapping[str, str] | None = None) -> str:
    """Run the script as the one-off does, in a session without a terminal, and return what it says."""
    given = {f"{role.upper()}_PASSWORD": its for role, its in PASSWORDS.items() if exporter or role != EXPORTER_ROLE}
    done = subprocess.run(
        ["/bin/sh", SCRIPT],
        env={**master.variables, "PAUSE_S": "0.2", **given, **(more or {})},
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def login(master: Server, role: str) -> Server:
    return master.logged_in_as(role, PASSWORDS[role])


def owners(master: Server) -> dict[str, str]:
    """The owner of each table, view, sequence, function and type of the service."""
    rows = master.answer(
        "SELECT relname, relowner::regrole FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'"
        " UNION ALL SELECT proname, proowner::regrole FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " UNION ALL SELECT typname, typowner::regrole FROM pg_type WHERE typname = 'state'"
    )
    return dict(line.split("|") for line in rows.splitlines())


def snapshot(master: Server) -> str:
    """All that the script may change, but for the salt of the passwords."""
    return master.answer(
        "SELECT rolname, rolcanlogin, rolconfig FROM pg_roles WHERE rolname LIKE 'app%' ORDER BY 1; "
        "SELECT roleid::regrole, member::regrole FROM pg_auth_members ORDER BY 1, 2; "
        "SELECT relname, relowner, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1; "
        "SELECT nspname, nspowner, nspacl FROM pg_namespace ORDER BY 1; "
        "SELECT datname, datdba, datacl FROM pg_database ORDER BY 1; "
        "SELECT defaclrole, defaclobjtype, defaclacl FROM pg_default_acl ORDER BY 1, 2"
    )


def test_a_service_with_login_data_reads_and_writes_what_migrations_make_and_changes_no_table(master: Server) -> None:
    make_roles(master)
    migration, service = login(master, SCHEMA), login(master, DATA)
    migration.sql("CREATE SCHEMA shop; CREATE TABLE shop.orders (id serial PRIMARY KEY, of text)")
    migration.sql("CREATE TYPE state AS ENUM ('new'); CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    service.sql("INSERT INTO shop.orders (of) VALUES ('ann'), ('bob'); UPDATE shop.orders SET of = 'eve' WHERE id = 1")
    assert service.answer("SELECT of, one() FROM shop.orders ORDER BY id") == "eve|1\nbob|1"
    service.sql("CREATE TEMPORARY TABLE mine (id int)")
    for refused in (
        "CREATE TABLE public.mine (id int)",
        "CREATE TABLE shop.mine (id int)",
        "CREATE SCHEMA mine",
        "DROP TABLE shop.orders",
        "ALTER TABLE shop.orders ADD COLUMN more int",
        "CREATE INDEX ON shop.orders (of)",
        "CREATE ROLE friend",
        f"SET ROLE {SCHEMA}",
        f"SET ROLE {MASTER}",
        f"DROP DATABASE {USER}",
    ):
        assert re.search("permission denied|must be (owner|member) of", service.refusal(refused)), refused
    service.sql("DELETE FROM shop.orders; TRUNCATE shop.orders")
    migration.sql("ALTER TABLE shop.orders ADD COLUMN more int; DROP TABLE shop.orders; DROP SCHEMA shop")


def test_migrations_make_extensions_that_postgresql_trusts_and_cannot_drop_the_database(master: Server) -> None:
    make_roles(master)
    migration = login(master, SCHEMA)
    migration.sql("CREATE EXTENSION citext")
    assert "must be owner" in login(master, SCHEMA).logged_in_as(SCHEMA, PASSWORDS[SCHEMA], "postgres").refusal(
        f"DROP DATABASE {USER}"
    )


def test_the_exporter_sees_what_others_do_and_none_of_their_rows(master: Server) -> None:
    make_roles(master)
    login(master, SCHEMA).sql("CREATE TABLE orders (id int)")
    exporter = login(master, EXPORTER_ROLE)
    with login(master, DATA).session("SELECT pg_sleep(600) -- held"):
        asked = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{DATA}' AND query LIKE '%pg_sleep%'"
        until(lambda: exporter.answer(asked) == "1")
    assert exporter.answer("SELECT relname FROM pg_stat_user_tables") == "orders"
    for refused in ("SELECT * FROM orders", "INSERT INTO orders VALUES (1)", "CREATE TABLE mine (id int)"):
        assert "permission denied" in exporter.refusal(refused)


def test_the_exporter_that_is_no_longer_asked_for_can_no_longer_log_in(master: Server) -> None:
    make_roles(master)
    make_roles(master, exporter=False)
    assert "is not permitted to log in" in login(master, EXPORTER_ROLE).refusal("SELECT 1")
    make_roles(master)
    assert login(master, EXPORTER_ROLE).answer("SELECT 1") == "1"


def test_without_an_exporter_it_has_no_role(master: Server) -> None:
    make_roles(master, exporter=False)
    assert master.answer("SELECT rolname FROM pg_roles WHERE rolname ~ '^app_' ORDER BY 1") == f"{DATA}\n{SCHEMA}"


BEFORE = """
CREATE TABLE orders (id serial PRIMARY KEY, number int GENERATED ALWAYS AS IDENTITY, of text);
CREATE TABLE lines (id int, of int REFERENCES orders ON DELETE CASCADE) PARTITION BY RANGE (id);
CREATE TABLE lines_1 PARTITION OF lines FOR VALUES FROM (1) TO (100);
CREATE VIEW latest AS SELECT * FROM orders;
CREATE MATERIALIZED VIEW sums AS SELECT count(*) FROM orders;
CREATE SEQUENCE numbers;
CREATE TYPE state AS ENUM ('new');
CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE SCHEMA "Odd name";
CREATE TABLE "Odd name"."odd table" (id int);
INSERT INTO orders (of) VALUES ('ann')
"""


def test_what_master_has_made_changes_hands_and_everybody_goes_on(master: Server) -> None:
    master.sql(BEFORE)
    with master.session("CREATE TEMPORARY TABLE mine (id int); SELECT pg_sleep(600) -- held"):
        make_roles(master)
    assert set(owners(master).values()) == {SCHEMA}
    service, migration = login(master, DATA), login(master, SCHEMA)
    service.sql("INSERT INTO orders (of) VALUES ('bob'); INSERT INTO lines VALUES (1, 1); SELECT nextval('numbers')")
    assert service.answer("SELECT count(*), two() FROM latest") == "2|2"
    service.sql('INSERT INTO "Odd name"."odd table" VALUES (1); DELETE FROM orders WHERE id = 1')
    assert service.answer("SELECT count(*) FROM lines") == "0", "a foreign key acts with the owner's rights"
    migration.sql("ALTER TABLE orders ADD COLUMN more int; REFRESH MATERIALIZED VIEW sums; DROP FUNCTION two()")
    migration.sql('DROP SCHEMA "Odd name" CASCADE')


def test_a_task_of_before_goes_on_as_master_and_what_it_still_makes_can_be_used(master: Server) -> None:
    master.sql("CREATE TABLE orders (id int)")
    make_roles(master)
    master.sql("INSERT INTO orders VALUES (1); ALTER TABLE orders ADD COLUMN more int")
    master.sql("CREATE TABLE late (id serial)")
    service = login(master, DATA)
    service.sql("INSERT INTO late DEFAULT VALUES; INSERT INTO orders VALUES (2)")
    login(master, SCHEMA).sql("INSERT INTO late DEFAULT VALUES")
    make_roles(master)
    login(master, SCHEMA).sql("DROP TABLE late")


def test_the_databases_stay_masters(master: Server) -> None:
    master.sql("CREATE DATABASE other")
    master.sql("CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2'")
    make_roles(master)
    owned = master.answer(f"SELECT datname FROM pg_database WHERE datdba = '{MASTER}'::regrole ORDER BY 1")
    assert owned == f"{USER}\nother"


def test_a_schema_of_masters_own_name_is_still_where_names_are_looked_up(master: Server) -> None:
    master.sql(f"CREATE SCHEMA {MASTER}; CREATE TABLE orders (id int)")
    assert master.answer("SELECT schemaname FROM pg_tables WHERE tablename = 'orders'") == MASTER
    make_roles(master)
    login(master, DATA).sql("INSERT INTO orders VALUES (1)")
    login(master, SCHEMA).sql("CREATE TABLE lines (id int)")
    assert master.answer("SELECT schemaname FROM pg_tables WHERE tablename = 'lines'") == MASTER


def test_a_second_run_changes_nothing_and_leaves_what_a_migration_has_taken_away(master: Server) -> None:
    master.sql(BEFORE)
    make_roles(master)
    login(master, SCHEMA).sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON orders FROM {DATA}; REVOKE ALL ON lines FROM {DATA}")
    before = snapshot(master)
    make_roles(master)
    assert snapshot(master) == before
    for refused in ("DELETE FROM orders", "SELECT * FROM lines"):
        assert "permission denied" in login(master, DATA).refusal(refused)


def test_another_password_replaces_the_one_before_and_open_sessions_stay(master: Server) -> None:
    make_roles(master)
    begun = login(master, DATA).sql("SELECT pg_sleep(600) -- held", wait=False)
    held = "FROM pg_stat_activity WHERE query LIKE '%-- held' AND pid <> pg_backend_pid()"
    until(lambda: login(master, DATA).answer(f"SELECT count(*) {held}") == "1")
    make_roles(master, more={f"{DATA.upper()}_PASSWORD": "another"})
    assert "password authentication failed" in login(master, DATA).refusal("SELECT 1")
    assert master.logged_in_as(DATA, "another").answer(f"SELECT pg_terminate_backend(pid) {held}") == "t"
    begun.communicate(timeout=PATIENCE_S)


def test_no_password_reaches_the_servers_log(master: Server) -> None:
    make_roles(master)
    log = master.log.read_text()
    assert f'ALTER USER "{DATA}" PASSWORD' in log.replace(f"USER {DATA} ", f'USER "{DATA}" '), "statements are logged"
    assert not [password for password in PASSWORDS.values() if password in log]


def test_a_table_that_is_in_use_is_waited_for_and_holds_up_nobody_else(master: Server) -> None:
    master.sql("CREATE TABLE busy (id int); CREATE TABLE free (id int)")
    with master.session("BEGIN; LOCK TABLE busy IN ACCESS SHARE MODE; SELECT pg_sleep(600) -- held"):
        until(lambda: master.answer("SELECT count(*) FROM pg_locks WHERE relation = 'busy'::regclass") == "1")
        said = make_roles(master, code=1, more={"ATTEMPTS": "3"})
        assert said.count("canceling statement due to lock timeout") == 3
        assert "given up after 3 attempts: something that the database is used for holds a lock" in said
        master.sql("SELECT * FROM busy")
    make_roles(master)
    assert set(owners(master).values()) == {SCHEMA}


def test_what_master_may_not_do_ends_it_at_once_with_postgresqls_reason(cluster: Server, master: Server) -> None:
    login_ = cluster.logged_in_as(SUPERUSER, PASSWORD)
    login_.sql(f"ALTER ROLE {MASTER} NOCREATEROLE")
    try:
        assert "permission denied to create role" in make_roles(master, code=1)
    finally:
        login_.sql(f"ALTER ROLE {MASTER} CREATEROLE")


def test_a_database_that_does_not_answer_is_told(master: Server) -> None:
    nobody = replace(master, port=free_port())
    assert "the database does not answer; outside of office_hours it is stopped" in make_roles(
        nobody, code=1, more={"ATTEMPTS": "2"}
    )
