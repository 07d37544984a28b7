"""A database's URL with its password, put together in the task: no definition, state or log ever holds it."""

from __future__ import annotations

from collections.abc import Sequence

# RDS rotates the password, and ECS hands it over as it starts the container; its special characters are encoded here.
# https://datatracker.ietf.org/doc/html/rfc3986#section-2.1
_SCRIPT = """\
encode() {
  rest=$1 encoded=
  while [ -n "$rest" ]; do
    tail=${rest#?}
    one=${rest%"$tail"}
    rest=$tail
    case $one in
      [A-Za-z0-9._~-]) encoded=$encoded$one ;;
      *) encoded=$encoded$(printf '%%%02X' "'$one") ;;
    esac
  done
  printf %s "$encoded"
}
url="postgresql://$(encode "$DATABASE_USER"):$(encode "$DATABASE_PASSWORD")@$DATABASE_HOST:$DATABASE_PORT/"
url="$url$DATABASE_NAME?sslmode=require"
"""


def with_url(variables: Sequence[str]) -> list[str]:
    """Return an entry point that sets the variables and becomes the program that follows it.

    Any POSIX shell at /bin/sh will do; signals reach the program, which takes the shell's place (docs/adr/0021).
    """
    exports = "".join(f'export {name}="$url"\n' for name in variables)
    return ["/bin/sh", "-c", f'{_SCRIPT}{exports}unset url\nexec "$@"', "database-url"]
