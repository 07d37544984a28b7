-- The roles of one database, as often as it is run: app_schema owns all that the service has made and may change it,
-- app_data may read and write it, app_exporter sees statistics alone. The master user runs this, and becomes a member of
-- app_schema, so that what still is logged in as master goes on working. docs/adr/0036
\set ON_ERROR_STOP on
-- Whoever is behind a lock that this asks for waits no longer, and before PostgreSQL looks for deadlocks (after 1 s).
SET lock_timeout = '800ms';
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(string_to_array(:'roles', ' ')) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I LOGIN', rolname)
  FROM pg_roles WHERE rolname = ANY (string_to_array(:'roles', ' ')) AND NOT rolcanlogin \gexec
SELECT format('ALTER ROLE %I NOLOGIN', rolname)
  FROM pg_roles WHERE rolname = 'app_exporter' AND rolname <> ALL (string_to_array(:'roles', ' ')) AND rolcanlogin \gexec
SELECT format('GRANT pg_monitor TO %I', rolname)
  FROM pg_roles WHERE rolname = 'app_exporter' AND rolname = ANY (string_to_array(:'roles', ' '))
   AND NOT pg_has_role(rolname, 'pg_monitor', 'MEMBER') \gexec
SELECT format('GRANT app_schema TO %I', current_user)
 WHERE NOT pg_has_role('app_schema', 'USAGE') \gexec

-- Schemas of its own, and extensions that PostgreSQL trusts.
SELECT format('GRANT CREATE ON DATABASE %I TO app_schema', current_database()) \gexec
-- A database that was made before version 15 lets everybody create tables.
SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC' FROM pg_namespace WHERE nspname = 'public' \gexec
SELECT 'GRANT USAGE, CREATE ON SCHEMA public TO app_schema' FROM pg_namespace WHERE nspname = 'public' \gexec
SELECT 'GRANT USAGE ON SCHEMA public TO app_data' FROM pg_namespace WHERE nspname = 'public' \gexec

-- For what is made later: by migrations, and by a task of before that is still logged in as master.
ALTER DEFAULT PRIVILEGES FOR ROLE app_schema GRANT USAGE ON SCHEMAS TO app_data;
ALTER DEFAULT PRIVILEGES FOR ROLE app_schema GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO app_data;
ALTER DEFAULT PRIVILEGES FOR ROLE app_schema GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO app_data;
ALTER DEFAULT PRIVILEGES GRANT USAGE, CREATE ON SCHEMAS TO app_schema;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO app_schema;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO app_schema;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO app_data;
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO app_data;
ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO app_data;

-- A schema of the master user's own name was the first place where its names were looked up.
SELECT format('ALTER ROLE %I SET search_path = %I, public', role, current_user)
  FROM unnest(ARRAY['app_schema', 'app_data']) AS role
 WHERE to_regnamespace(quote_ident(current_user)) IS NOT NULL \gexec

-- What belongs to master becomes app_schema's. The rights come first: who changes the owner keeps them, and an interrupted
-- run goes on. Each table by itself, so that no two are locked at once; views last, for they read by their owner's rights.
SELECT format('GRANT USAGE ON SCHEMA %I TO app_data', nspname)
  FROM pg_namespace WHERE nspowner = current_user::regrole AND nspname !~ '^pg_' \gexec
SELECT format('ALTER SCHEMA %I OWNER TO app_schema', nspname)
  FROM pg_namespace WHERE nspowner = current_user::regrole AND nspname !~ '^pg_' \gexec
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON %s TO app_data', oid::regclass)
  FROM pg_class
 WHERE relowner = current_user::regrole AND relkind IN ('r', 'p', 'f', 'v', 'm') AND relpersistence <> 't' \gexec
SELECT format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %s TO app_data', oid::regclass)
  FROM pg_class WHERE relowner = current_user::regrole AND relkind = 'S' AND relpersistence <> 't' \gexec
SELECT format('ALTER TABLE %s OWNER TO app_schema', oid::regclass)
  FROM pg_class
 WHERE relowner = current_user::regrole AND relkind IN ('r', 'p', 'f', 'S', 'v', 'm') AND relpersistence <> 't'
   -- A serial column's sequence goes with its table.
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                      AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND relkind = 'S')
 ORDER BY relkind IN ('v', 'm'), oid \gexec

-- Functions, types and all else. It takes the databases along, which stay master's: their owner could drop them.
SELECT EXISTS (SELECT FROM pg_shdepend
                WHERE refclassid = 'pg_authid'::regclass AND refobjid = current_user::regrole AND deptype = 'o'
                  AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND classid NOT IN ('pg_class'::regclass, 'pg_default_acl'::regclass)) AS owns \gset
\if :owns
BEGIN;
REASSIGN OWNED BY CURRENT_USER TO app_schema;
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, current_user)
  FROM pg_database WHERE datdba = 'app_schema'::regrole \gexec
-- A former owner has no rights left.
SELECT format('GRANT CREATE ON DATABASE %I TO app_schema', current_database()) \gexec
COMMIT;
\endif
