"""Petitions: what a person asks of officers in their own words, and what the officers answer.

open (a clock of 3 x 24 hours runs) -> granted | refused (the person is told, with the answer)
Two kinds: a correction of data that nobody but an officer may change (UU 27/2022, articles 6 and 35), and an appeal
against a suspension. Owns the words, the clock and the answers; what a granted petition changes is the officer's deed."""

from idp.petitions.flow import (
    CLOCK,
    AlreadyOpen,
    NoSuchPetition,
    answer,
    appeal_of,
    ask,
    find,
    of,
    waiting,
)
from idp.petitions.models import LONGEST, About, Kind, Petition, State

__all__ = [
    "CLOCK",
    "LONGEST",
    "About",
    "AlreadyOpen",
    "Kind",
    "NoSuchPetition",
    "Petition",
    "State",
    "answer",
    "appeal_of",
    "ask",
    "find",
    "of",
    "waiting",
]
