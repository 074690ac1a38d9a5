"""The seven steps as data, in the order in which the wizard walks them."""

from dataclasses import dataclass

from idp.profile.answers import (
    Answers,
    Biodata,
    CertificationHistory,
    EducationHistory,
    ExperienceHistory,
    Photo,
    Skills,
    TrainingHistory,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name in addresses and tables, and the type of its answers."""

    name: str
    answers: type[Answers]


STEPS = (
    Step("foto", Photo),
    Step("biodata", Biodata),
    Step("pendidikan", EducationHistory),
    Step("pengalaman", ExperienceHistory),
    Step("pelatihan", TrainingHistory),
    Step("sertifikasi", CertificationHistory),
    Step("keahlian", Skills),
)


def find(name: str) -> Step | None:
    """The step of this name."""
    return next((step for step in STEPS if step.name == name), None)


def number(step: Step) -> int:
    """Its place, counted from one: "Langkah n dari 7"."""
    return STEPS.index(step) + 1


def beside(step: Step, distance: int) -> Step | None:
    """The step so many places further on (or back); None beyond either end."""
    place = STEPS.index(step) + distance
    return STEPS[place] if 0 <= place < len(STEPS) else None


def percentage(done: int) -> int:
    """How complete a profile is: each step counts the same."""
    return round(100 * done / len(STEPS))
