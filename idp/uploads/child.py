"""The child process: `python -I child.py portrait|document`, an upload on stdin, what became of it on stdout.

Started by `process.py` for one upload and gone after it. Its limits cannot be raised again, whatever the upload makes it do."""

import importlib
import json
import resource
import sys
import types
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
PROCESSOR_SECONDS = 10
LIMITS = {
    resource.RLIMIT_AS: MEMORY_BYTES,
    resource.RLIMIT_CPU: PROCESSOR_SECONDS,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
}
FILES_AT_ONCE = 32
PROGRAMS = {"portrait": "idp.uploads.portraits", "document": "idp.uploads.documents"}


def main() -> None:
    """Open one upload."""
    for what, most in LIMITS.items():
        resource.setrlimit(what, (most, most))
    program = _program(PROGRAMS[sys.argv[1]])
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_AT_ONCE, FILES_AT_ONCE))
    facts, parts = _outcome(program, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(facts | {"sizes": [len(part) for part in parts]}).encode() + b"\n" + b"".join(parts))


def _program(name: str) -> Any:
    # Importing `idp` would start the whole house, which takes a second; its folder is enough to find the module.
    house = types.ModuleType("idp")
    house.__path__ = [str(Path(__file__).parent.parent)]
    sys.modules["idp"] = house
    return importlib.import_module(name)


def _outcome(program: Any, upload: bytes) -> tuple[dict[str, Any], list[bytes]]:
    try:
        made: tuple[dict[str, Any], list[bytes]] = program.opened(upload)
    except Exception as fault:  # decoders raise whatever they like on hostile input
        return {"refused": getattr(fault, "reason", "broken")}, []
    return made


if __name__ == "__main__":
    main()
