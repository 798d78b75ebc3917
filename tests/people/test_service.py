"""What a person's record keeps and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from functions.core import audit, clock
from functions.core.context import Context
from functions.core.errors import Invalid, NotFound
from functions.people import service, store
from functions.people.domain import Person
from functions.services.domain import Service
from tests.builders import residence_certificate
from tests.people.conftest import sign_up
from tests.world import NOW


def again(person: Person) -> Person:
    found = service.get(person.id)
    assert found
    return found


def form(**changes: Any) -> Service:
    """The certificate's form; every question of a kind that may be used again is filled in from the
    record."""
    raw = residence_certificate()
    for field in (one for page in raw["form"]["pages"] for one in page["fields"]):
        field |= {"prefill": "profile", **changes.get(field["id"], {})}
    return Service(raw | {"digest": repr(changes)})  # what is read of a form is kept by its digest


def test_nothing_is_kept_without_consent(oak: Context) -> None:
    person = sign_up(oak)
    service.remember_answers(oak, person, form(), {"name": "Maria Garcia"})
    assert again(person).known == {} and service.known_of(again(person)) == {}


def test_only_answers_that_may_be_used_again_are_kept(oak: Context) -> None:
    person = sign_up(oak)
    service.set_consent(oak, person, "answers", given=True)
    answers = {"name": "Maria Garcia", "reason": "school", "phone": "", "identity_number": "X" * 2000}
    service.remember_answers(oak, again(person), form(), answers)
    assert service.known_of(again(person)) == {"name": "Maria Garcia"}


def test_what_a_form_calls_special_is_not_kept(oak: Context) -> None:
    person = sign_up(oak)
    service.set_consent(oak, person, "answers", given=True)
    service.remember_answers(oak, again(person), form(name={"sensitivity": "special"}), {"name": "Maria"})
    assert again(person).known == {}


def test_an_answer_is_offered_only_to_a_question_of_its_kind(oak: Context) -> None:
    person = sign_up(oak)
    service.set_consent(oak, person, "answers", given=True)
    service.remember_answers(oak, again(person), form(), {"name": "Maria Garcia"})
    assert service.known_for(again(person), form()) == {"name": "Maria Garcia"}
    assert service.known_for(again(person), form(name={"type": "text"})) == {}


def test_withdrawing_deletes_what_was_kept(oak: Context) -> None:
    person = sign_up(oak)
    service.set_consent(oak, person, "answers", given=True)
    service.remember_answers(oak, again(person), form(), {"name": "Maria Garcia"})
    service.set_consent(oak, again(person), "answers", given=False)
    assert again(person).known == {} and not again(person).agrees("answers")
    events = audit.read_chain("person", person.id).seq
    service.set_consent(oak, again(person), "answers", given=False)
    assert audit.read_chain("person", person.id).seq == events


def test_unknown_consents_languages_and_contact_points_are_refused(oak: Context) -> None:
    person = sign_up(oak)
    with pytest.raises(NotFound):
        service.set_consent(oak, person, "marketing", given=True)
    with pytest.raises(Invalid):
        service.set_language(oak, person, "xx")
    with pytest.raises(NotFound):
        service.forget_contact(oak, person, "0" * 40)
    with pytest.raises(Invalid):
        service.forget_contact(oak, person, person.contacts[0].digest)


def test_a_level_never_falls(oak: Context) -> None:
    person = sign_up(oak)
    service.raise_assurance(oak, person, "identity", {"by": "sign-in"}, identity="0" * 64)
    service.raise_assurance(oak, again(person), "clerk", {"document": "passport"})
    assert again(person).assurance == "identity"


def test_an_erased_record_cannot_be_changed(oak: Context) -> None:
    person = sign_up(oak)
    service.erase(oak, person)
    with pytest.raises(NotFound):
        service.set_language(oak, person, "zh-Hans")
    with pytest.raises(NotFound):
        service.erase(oak, person)


def test_a_record_that_nobody_signs_in_to_ends(oak: Context) -> None:
    person = sign_up(oak)
    days = oak.city.config["privacy"]["retention"]["applications"]["days"]
    with clock.frozen(NOW + timedelta(days=days - 1)):
        assert store.get_person(person.id)
    with clock.frozen(NOW + timedelta(days=days, seconds=1)):
        assert store.get_person(person.id) is None
