"""`python -m local_aws start|stop|reset|status`: the embedded AWS from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local_aws import launcher


def main() -> int:
    """Run the server until it is told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local_aws", description=launcher.__doc__)
    parser.add_argument("command", choices=["start", "stop", "reset", "status"])
    parser.add_argument("--port", type=int, default=0, help="for start; a free one by default")
    parser.add_argument("--directory", type=Path, default=launcher.STATE, help="its pid, port and log")
    arguments = parser.parse_args()
    try:
        return _run(arguments.command, arguments.port, arguments.directory)
    except launcher.LocalAwsError as error:
        print(error, file=sys.stderr)
        return 1


def _run(command: str, port: int, directory: Path) -> int:
    match command:
        case "start":
            before = launcher.status(directory=directory)
            running = launcher.start(port, directory=directory)
            print(f"{'already running' if running == before else 'started'}: {running.url} (pid {running.pid})")
        case "stop":
            stopped = launcher.stop(directory=directory)
            print(f"stopped: {stopped.url} (pid {stopped.pid})" if stopped else "not running")
        case "reset":
            print(f"emptied: {launcher.reset(directory=directory).url}")
        case "status":
            found = launcher.status(directory=directory)
            print(f"running: {found.url} (pid {found.pid})" if found else "not running")
            return 0 if found else 3  # as `systemctl status` has it
    return 0


if __name__ == "__main__":
    sys.exit(main())
