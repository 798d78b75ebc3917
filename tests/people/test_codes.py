"""One-time codes: right, wrong, late, twice, at once, too many, in another city; never in a queue or a
table."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from functions.core import clock
from functions.core.context import Context
from functions.core.errors import RateLimited
from functions.core.scope import tenant_scope
from functions.people import budget, codes, service, store
from functions.people.errors import CodeEnded, CodeWrong, ContactTaken, SmsSpent
from tests.people.conftest import EMAIL, NETWORK, PHONE, deliver, sign_up
from tests.world import NOW, World


def ask(ctx: Context, value: str = EMAIL, kind: Any = "email", network: str = NETWORK) -> str:
    return codes.ask(ctx, codes.contact_of(ctx, kind, value), network)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_mail_holds_the_code_and_typing_it_opens_a_record(oak: Context) -> None:
    challenge = ask(oak)
    (mail,) = deliver(oak)[0].sent
    code = codes.code_of(oak, challenge)
    assert mail.to == EMAIL and code in mail.subject and code in mail.body
    person = codes.redeem(oak, challenge, code, NETWORK)
    assert [one.value for one in person.contacts] == [EMAIL] and person.assurance == "contact"


def test_a_known_contact_point_leads_to_the_same_record(oak: Context) -> None:
    assert sign_up(oak).id == sign_up(oak).id


def test_a_text_message_holds_the_code_and_the_city(oak: Context) -> None:
    challenge = ask(oak, PHONE, "phone")
    (sms,) = deliver(oak)[1].sent
    assert sms.to == PHONE and codes.code_of(oak, challenge) in sms.text and "Oakville" in sms.text
    assert "\n" not in sms.text


def test_the_message_speaks_the_language_in_which_the_code_was_asked_for(people: World) -> None:
    with tenant_scope(people.qinghe), clock.frozen(NOW):
        ctx = people.context(people.qinghe, lang="zh-Hans")
        ask(ctx)
        (mail,) = deliver(ctx)[0].sent
    assert "验证码" in mail.subject


@pytest.mark.parametrize("typed", ["{}", " {} ", "{:.3}-{:.3}"])
def test_spaces_hyphens_and_wide_digits_do_not_matter(oak: Context, typed: str) -> None:
    challenge = ask(oak)
    code = codes.code_of(oak, challenge)
    given = f"{code[:3]} {code[3:]}" if "-" in typed else typed.format(code)
    wide = "".join(chr(ord(digit) + 0xFEE0) if digit.isdigit() else digit for digit in given)
    assert codes.redeem(oak, challenge, wide, NETWORK)


def test_a_wrong_code_says_so_and_five_of_them_end_it(oak: Context) -> None:
    challenge = ask(oak)
    code = codes.code_of(oak, challenge)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            codes.redeem(oak, challenge, wrong(code), NETWORK)
    with pytest.raises(CodeEnded):
        codes.redeem(oak, challenge, code, NETWORK)


def test_a_code_is_good_for_ten_minutes(oak: Context) -> None:
    challenge = ask(oak)
    code = codes.code_of(oak, challenge)
    late = Context(oak.city, oak.actor, oak.lang, oak.now + timedelta(minutes=10), oak.request_id)
    with pytest.raises(CodeEnded):
        codes.redeem(late, challenge, code, NETWORK)
    deliver(late)
    assert deliver(late)[0].sent == []


def test_a_code_that_ended_before_it_could_be_sent_is_not_sent(oak: Context) -> None:
    ask(oak)
    late = Context(oak.city, oak.actor, oak.lang, oak.now + timedelta(minutes=11), oak.request_id)
    assert deliver(late)[0].sent == []


def test_a_code_is_used_once(oak: Context) -> None:
    challenge = ask(oak)
    code = codes.code_of(oak, challenge)
    codes.redeem(oak, challenge, code, NETWORK)
    with pytest.raises(CodeEnded):
        codes.redeem(oak, challenge, code, NETWORK)


def test_the_right_code_at_the_same_moment_signs_in_once(people: World) -> None:
    with tenant_scope(people.oakville), clock.frozen(NOW):
        ctx = people.context(people.oakville)
        challenge = ask(ctx)
        code = codes.code_of(ctx, challenge)

    def one(_: int) -> str:
        with tenant_scope(people.oakville), clock.frozen(NOW):
            try:
                return codes.redeem(ctx, challenge, code, NETWORK).id
            except CodeEnded:
                return ""

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, range(4)))
    assert len([person for person in found if person]) == 1


def test_two_codes_of_a_new_contact_point_make_one_record(oak: Context) -> None:
    first, second = ask(oak), ask(oak)
    people = {codes.redeem(oak, one, codes.code_of(oak, one), NETWORK).id for one in (first, second)}
    assert len(people) == 1


def test_a_code_of_one_city_opens_nothing_in_another(people: World) -> None:
    with tenant_scope(people.oakville), clock.frozen(NOW):
        ctx = people.context(people.oakville)
        challenge = ask(ctx)
        code = codes.code_of(ctx, challenge)
    with tenant_scope(people.qinghe), clock.frozen(NOW):
        there = people.context(people.qinghe)
        assert codes.code_of(there, challenge) != code
        with pytest.raises(CodeEnded):
            codes.redeem(there, challenge, code, NETWORK)


def test_neither_the_table_nor_the_queue_holds_the_code(people: World, oak: Context) -> None:
    challenge = ask(oak)
    code = codes.code_of(oak, challenge)
    assert code not in json.dumps([item for item in people.items(oak.city) if "CODE#" in item["pk"]["S"]])
    queued = json.dumps(people.messages(people.tasks_url))
    assert code not in queued and EMAIL not in queued and challenge not in queued


def limited(run: Callable[[int], Any], most: int) -> None:
    for n in range(most):
        run(n)
    with pytest.raises(RateLimited):
        run(most)


def test_a_contact_point_gets_five_codes_an_hour(oak: Context) -> None:
    limited(lambda n: ask(oak, network=f"network-{n}"), codes.PER_CONTACT)


def test_a_network_asks_for_so_many_codes_an_hour(oak: Context) -> None:
    limited(lambda n: ask(oak, f"p{n}@citizen.example"), codes.PER_NETWORK)


def test_a_city_sends_so_many_codes_an_hour(oak: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "PER_CITY", 3)
    limited(lambda n: ask(oak, f"p{n}@citizen.example", network=f"n{n}"), 3)


def test_a_network_types_so_many_wrong_codes_an_hour(oak: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "WRONG_PER_NETWORK", 3)
    for n in range(3):
        challenge = ask(oak, f"p{n}@citizen.example")
        with pytest.raises(CodeWrong):
            codes.redeem(oak, challenge, wrong(codes.code_of(oak, challenge)), NETWORK)
    challenge = ask(oak)
    with pytest.raises(RateLimited):
        codes.redeem(oak, challenge, codes.code_of(oak, challenge), NETWORK)


def test_text_messages_stop_at_the_days_budget_and_the_admin_gets_one_mail(oak: Context) -> None:
    for n in range(5):
        ask(oak, f"+1202555014{n}", "phone", f"n{n}")
    for n in range(3):
        with pytest.raises(SmsSpent):
            ask(oak, f"+1202555015{n}", "phone", f"m{n}")
    mailer, texter = deliver(oak)
    assert len(texter.sent) == 5
    assert [mail.to for mail in mailer.sent] == budget.admins(oak) == ["admin@oakville.example"]
    assert "5 text messages" in mailer.sent[0].body


def test_email_goes_on_when_text_messages_are_spent(oak: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(oak.city), "limit", lambda *_: 0)
    assert not budget.sends_sms(oak)
    with pytest.raises(SmsSpent):
        ask(oak, PHONE, "phone")
    assert ask(oak)


def test_a_number_of_another_country_gets_no_message_even_if_it_is_stored(oak: Context) -> None:
    ask(oak, "+8613800138000", "phone")
    assert deliver(oak)[1].sent == []


def test_a_second_contact_point_is_added_by_its_own_code(oak: Context) -> None:
    person = sign_up(oak)
    challenge = codes.ask(oak, codes.contact_of(oak, "phone", PHONE), NETWORK, person)
    again = codes.redeem(oak, challenge, codes.code_of(oak, challenge), NETWORK)
    assert again.id == person.id and {one.kind for one in again.contacts} == {"email", "phone"}
    assert sign_up(oak, PHONE, "phone").id == person.id


def test_a_contact_point_of_somebody_else_cannot_be_added(oak: Context) -> None:
    sign_up(oak, "wang@citizen.example")
    person = sign_up(oak)
    challenge = codes.ask(oak, codes.contact_of(oak, "email", "wang@citizen.example"), NETWORK, person)
    with pytest.raises(ContactTaken):
        codes.redeem(oak, challenge, codes.code_of(oak, challenge), NETWORK)


def test_a_contact_point_of_an_erased_record_begins_a_new_one(oak: Context) -> None:
    person = sign_up(oak)
    service.erase(oak, person)
    assert store.get_person(person.id) is None
    assert sign_up(oak).id != person.id
