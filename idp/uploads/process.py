"""The parent's side of the child process: hand over the upload, wait so long and no longer, read so much and no more."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, cast

from idp.uploads.made import LARGEST_BYTES, Document, Portrait, Refused

PATIENCE_SECONDS = 20.0
WAIT_FOR_TURN_SECONDS = 10.0
AT_ONCE = 2
MOST_ANSWERED = 4 * LARGEST_BYTES

_PROGRAM = Path(__file__).with_name("child.py")
# Neither settings nor secrets; one thread each, for memory is counted by address space.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
_turns = threading.BoundedSemaphore(AT_ONCE)


def portrait(upload: bytes) -> Portrait:
    """A photo, decoded, turned upright, cropped to 3:4 around the face and encoded anew. Raises `Refused`."""
    facts, parts = _opened("portrait", upload)
    large, small = parts
    return Portrait(large, small, facts["doubt"])


def document(upload: bytes) -> Document:
    """A jpg, png or pdf, made anew. The content decides the type. Raises `Refused`."""
    facts, parts = _opened("document", upload)
    (content,) = parts
    return Document(content, facts["media_type"])


def _opened(program: str, upload: bytes) -> tuple[dict[str, Any], list[bytes]]:
    if not upload:
        raise Refused("empty")
    if len(upload) > LARGEST_BYTES:
        raise Refused("bytes")
    if not _turns.acquire(timeout=WAIT_FOR_TURN_SECONDS):
        raise Refused("busy")
    try:
        return _read(_ask_child(program, upload))
    finally:
        _turns.release()


def _ask_child(program: str, upload: bytes) -> bytes:
    with subprocess.Popen(  # noqa: S603 — our own program, one of two fixed words
        [sys.executable, "-I", str(_PROGRAM), program],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_ENVIRONMENT, cwd="/",
    ) as child:  # fmt: skip
        # Killing it ends whatever we wait for below: it reads no more, and says no more.
        deadline = threading.Timer(PATIENCE_SECONDS, child.kill)
        deadline.start()
        try:
            _hand_over(cast(IO[bytes], child.stdin), upload)
            return cast(IO[bytes], child.stdout).read(MOST_ANSWERED + 1)
        finally:
            deadline.cancel()
            child.kill()


def _hand_over(pipe: IO[bytes], upload: bytes) -> None:
    try:
        with pipe:
            pipe.write(upload)
    except BrokenPipeError:
        return  # it died or refused before it had read all; its answer, or none, says so


def _read(answer: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Facts and parts. The child has read hostile bytes: what it says is looked at as if it were the stranger's own."""
    head, _, body = answer.partition(b"\n")
    try:
        facts: dict[str, Any] = json.loads(head)
        sizes = facts["sizes"]
    except (ValueError, KeyError, TypeError):
        raise Refused("broken") from None
    if facts.get("refused") or sum(sizes) != len(body) or len(answer) > MOST_ANSWERED:
        raise Refused(str(facts.get("refused") or "broken"))
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
    return facts, [body[end - size : end] for end, size in zip(ends, sizes, strict=True)]
