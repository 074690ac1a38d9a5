"""Print a service's registration as TOML: `python -m clients.metadata karirhub | idp client add --file - --json`.

The addresses follow PORT_BASE and KARIRHUB_URL / SKILLHUB_URL, as those of the running service do.
"""

import argparse
import sys

from clients.party import PORT_OFFSETS, Service


def main(arguments: list[str] | None = None) -> None:
    """Write the registration of the named service to standard output."""
    parser = argparse.ArgumentParser(prog="python -m clients.metadata", description="Print a service's registration as TOML.")
    parser.add_argument("service", choices=sorted(PORT_OFFSETS))
    chosen = parser.parse_args(arguments).service
    sys.stdout.write(Service.from_environment(chosen).registration_text())


if __name__ == "__main__":
    main()
