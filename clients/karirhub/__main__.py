"""Serve Karirhub: `python -m clients.karirhub`, on PORT_BASE + 1."""

from clients.serve import serve

if __name__ == "__main__":
    serve("karirhub")
