#!/bin/sh
# Makes the roles of a database and sets their passwords; libpq finds the database and the master user by its own
# variables. Run again, it changes nothing but what is missing. docs/adr/0036
set -eu

PAUSE_S=${PAUSE_S-5}
ATTEMPTS=${ATTEMPTS-100}

again() {
  [ "$attempt" -lt "$ATTEMPTS" ] || { echo "given up after $attempt attempts: $1" >&2; exit 1; }
  attempt=$((attempt + 1))
  sleep "$PAUSE_S"
}

run() { psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --set=VERBOSITY=verbose "$@"; }

# Its verifier is made here: the password itself is in no statement, and so in no log of the server.
login() { printf '%s\n%s\n' "$2" "$2" | run --command="\\password $1"; }

attempt=1
until pg_isready --quiet; do
  again "the database does not answer; outside of office_hours it is stopped"
done

roles="app_schema app_data"
[ -z "${APP_EXPORTER_PASSWORD-}" ] || roles="$roles app_exporter"
attempt=1
until said=$(run --set=roles="$roles" --file="$(dirname "$0")/roles.sql" 2>&1); do
  echo "$said" >&2
  # A lock that was not to be had at once, a deadlock, a catalog row that somebody else has changed.
  case $said in
    *55P03* | *40P01* | *"tuple concurrently updated"*) again "something that the database is used for holds a lock" ;;
    *) exit 1 ;;
  esac
done

login app_schema "$APP_SCHEMA_PASSWORD"
login app_data "$APP_DATA_PASSWORD"
[ -z "${APP_EXPORTER_PASSWORD-}" ] || login app_exporter "$APP_EXPORTER_PASSWORD"
echo "the roles $roles are there"
