"""The outside parties that the provider asks or sends to: the civil registry, SMS gateways, a mail server.

One module each: the question as a Protocol, the types of its answer, and the adapter that speaks the party's own wire
format with a deadline and without following redirects. They know nothing of accounts, pages or queues."""


class Unavailable(Exception):
    """A store does not answer, or refuses us. Says nothing of what was asked."""
