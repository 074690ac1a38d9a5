"""The outside world, simulated over its real wire formats: the civil registry, an SMS gateway, a mail server.

    people.json, POST /people.json      who exists, and what the registry answers about each
    POST /dukcapil/get_json/…           Dukcapil's verification service, with every answer and every way to fail
    POST /sms/api/sendsms/              an SMS gateway in the form-post style, with an inbox page per phone
    SMTP on a port of its own           a mail server, with an inbox page per address
    POST /faults                        switches that break each of them

Knows only people who cannot exist (NIKs of region 99). Imports nothing of the provider, and is imported by nothing:
whoever needs it starts `python -m sandbox` and speaks HTTP and SMTP with it.
"""

from sandbox.app import create_app

__all__ = ["create_app"]
