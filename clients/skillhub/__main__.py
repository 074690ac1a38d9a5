"""Serve Skillhub: `python -m clients.skillhub`, on PORT_BASE + 2."""

from clients.serve import serve

if __name__ == "__main__":
    serve("skillhub")
