"""`python -m tests.chromium`: see to it that there is a Chromium, where this user may install one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.live import chromium_path

if __name__ == "__main__" and chromium_path() is None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing Chromium for the browser tests …")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], check=False, **quiet)
    if chromium_path() is None:
        print("no Chromium, and it may not be installed here: browser tests are left out (apt-get install chromium)", file=sys.stderr)
