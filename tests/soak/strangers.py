"""A crowd of strangers as a process of its own: `python -m tests.soak.strangers URL OWNER A_SECOND`, until a line comes or stdin ends.

Half of them guess at the owner's password, half at people who are not there; each sign-in comes from one of ten thousand
addresses. Prints how many were sent in which time, and what was answered."""

from __future__ import annotations

import http.client
import json
import random
import re
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlencode, urlsplit

CONNECTIONS = 64
ADDRESSES = 10_000


class Crowd:
    """So many connections, together at a given pace or as fast as they are answered."""

    def __init__(self, url: str, owner: str, a_second: float) -> None:
        self._host, self._owner, self._a_second = urlsplit(url).netloc, owner, a_second
        self._cookie, self._token = self._form()
        self._stop = threading.Event()
        self._turn = threading.Lock()
        self._next = time.monotonic()
        self.statuses: Counter[int] = Counter()

    def run(self) -> float:
        """Until a line comes; answers for how many seconds."""
        began = time.monotonic()
        threads = [threading.Thread(target=self._guess, daemon=True) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        sys.stdin.readline()
        self._stop.set()
        took = time.monotonic() - began
        for thread in threads:
            thread.join(5)
        return took

    def _form(self) -> tuple[str, str]:
        connection = http.client.HTTPConnection(self._host)
        connection.request("GET", "/masuk")
        answer = connection.getresponse()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
        assert token
        return (answer.headers["Set-Cookie"] or "").partition(";")[0], token[1]

    def _guess(self) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=60)
        while not self._stop.is_set():
            self._wait_for_turn()
            number = random.randrange(ADDRESSES)
            whom = self._owner if number % 2 else f"tidak.ada.{random.randrange(10**6)}@example.id"
            form = urlencode({"csrf_token": self._token, "identifier": whom, "password": f"Salah#{number}a"})
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": self._cookie,
                "X-Forwarded-For": f"203.{number // 10_000}.{number // 100 % 100}.{number % 100}",
            }
            try:
                connection.request("POST", "/masuk", form, headers)
                answer = connection.getresponse()
                answer.read()
                self.statuses[answer.status] += 1
            except (OSError, http.client.HTTPException):
                self.statuses[0] += 1
                connection.close()

    def _wait_for_turn(self) -> None:
        with self._turn:
            now = time.monotonic()
            self._next = max(self._next, now - 1) + 1 / self._a_second
            pause = self._next - now
        if pause > 0:
            time.sleep(pause)


def main() -> None:
    """Guess, then tell."""
    url, owner, a_second = sys.argv[1:]
    crowd = Crowd(url, owner, float(a_second))
    seconds = crowd.run()
    sent = sum(crowd.statuses.values())
    print(json.dumps({"sent": sent, "a_second": round(sent / seconds), "statuses": {str(key): n for key, n in crowd.statuses.items()}}))


if __name__ == "__main__":
    main()
