"""My documents as a browser without scripts sees them, and giving one at a question."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from functions.core.scope import tenant_scope
from functions.files import worker as files_worker
from tests.cases import walk
from tests.cases.browser import Browser, stored
from tests.people.conftest import context, sign_in
from tests.wallet.conftest import paper
from tests.web.pages import check_structure
from tests.world import BUCKET, World


@pytest.fixture
def me(browser: Browser) -> Iterator[Browser]:
    """Somebody who is signed in."""
    sign_in(browser)
    yield browser


def add(me: Browser, kind: str = "driving_licence", **typed: str) -> Browser:
    """A document with a scan that nobody has checked for harmful software."""
    me.get("/oakville/me/documents")
    me.submit(kind=kind, number="D123-4567-8901", **typed)
    me.upload("licence.pdf", paper())
    settle(me.world)
    return me.get(me.address)


def settle(world: World) -> None:
    """What the tasks worker would do."""
    with tenant_scope(world.oakville):
        for item in stored(world, world.oakville, ""):
            if item["sk"]["S"].startswith("FILE#"):
                owner = item["pk"]["S"].replace("WALLET#", "person.").replace("CASE#", "")
                files_worker.check_file(
                    context(world, world.oakville), f"{owner}/{item['sk']['S'].removeprefix('FILE#')}"
                )


def test_a_document_is_added_handed_in_and_removed(me: Browser) -> None:
    me.get("/oakville/me/documents")
    check_structure(me.page, "en")
    assert "There is nothing here yet" in me.page.text
    add(me, expires__day="31", expires__month="1", expires__year="2031")
    assert me.heading == "Driving licence" and "Handed in, not checked yet" in me.page.text
    check_structure(me.page, "en")
    assert "licence.pdf" in me.page.text and "Not checked for harmful software" in me.page.text
    me.submit("reminder", remind="yes")
    assert me.page.find(id="remind").has_attr("checked")
    me.get("/oakville/me/documents")
    assert "8901" in me.page.text and "D123" not in me.page.text
    me.get(str(me.page.select_one(".govuk-summary-list__actions a")["href"]))
    me.submit("remove")
    assert "There is nothing here yet" in me.page.text
    assert not stored(me.world, me.world.oakville, "WALLET#")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": ""}, "#kind"),
        ({"kind": "<script>"}, "#kind"),
        ({"kind": "identity_card", "expires__day": "31", "expires__month": "2", "expires__year": "2031"},
         "#expires-day"),
        ({"kind": "identity_card", "issued__year": "2020"}, "#issued-day"),
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_said_beside_it_and_kept(
    me: Browser, typed: dict[str, str], field: str
) -> None:
    me.get("/oakville/me/documents").submit(**{"number": "1234567", **typed})
    assert me.status == 422 and me.problems[0][0] == field
    assert me.page.find(id="number")["value"] == "1234567"
    assert not stored(me.world, me.world.oakville, "WALLET#")


@pytest.mark.parametrize(("name", "data", "words"), [
    ("licence.pdf", b"MZ" + bytes(90), "must be one of these"),
    ("licence.exe", b"%PDF-1.7 x", "does not fit"),
])  # fmt: skip
def test_a_file_that_lies_is_refused_with_a_sentence(me: Browser, name: str, data: bytes, words: str) -> None:
    me.get("/oakville/me/documents").submit(kind="identity_card")
    me.upload(name, data)
    assert words in me.problems[0][1]


def test_another_persons_document_is_not_there(me: Browser, towns: World) -> None:
    add(me)
    held = me.address.partition("id=")[2].partition("&")[0]
    token = me.values("remove")["_csrf"]
    for city, contact in (("oakville", "wang@citizen.example"), ("qinghe", "wang@citizen.example")):
        other = Browser(me.client, towns)
        sign_in(other, city, contact)
        assert other.get(f"/{city}/me/document?id={held}").status == 404
        other.get(f"/{city}/me/documents")
        mine = {"_csrf": other.values()["_csrf"], "id": held}
        for what in ("remove", "open", "remind"):
            assert other.post(f"/{city}/me/document", {**mine, "do": what}).status == 404
        assert other.get(f"/{city}/me/document-file?{urlencode({'id': held, 'file': 'f1'})}").status == 404
    assert me.post("/oakville/me/document", {"_csrf": token, "id": held, "do": "nonsense"}).status == 404


def ask_for_it(world: World, least: str = "C") -> None:
    """The certificate's proof may be a driving licence that the person has here."""
    proof = world.oakville.config["services"]["residence-certificate"]["documents"][0]
    proof |= {"source": "wallet", "wallet_type": "driving_licence", "min_grade": least}


def test_a_person_gives_a_copy_by_consent_and_the_clerk_gets_it_stamped(me: Browser) -> None:
    ask_for_it(me.world)
    add(me)
    walk.jump(walk.begin(me, "oakville"), "oakville", "proof")
    assert "Use a document that you have here already" in me.page.text
    check_structure(me.page, "en")
    me.submit("from-wallet", held=me.page.find(id="held")["value"])
    assert me.problems[0][0] == "#consent"
    me.submit("from-wallet", held=me.page.find(id="held")["value"], consent="yes")
    assert "a copy for this purpose is made when you send the form" in me.page.text
    me.submit("go-on").submit(declaration="yes")
    assert me.heading == "Application received"
    settle(me.world)
    copies = [
        one["Key"]
        for one in me.world.s3.list_objects_v2(Bucket=BUCKET)["Contents"]
        if "wallet-copy" in one["Key"]
    ]
    assert len(copies) == 1


def test_a_document_that_does_not_fit_or_is_not_ones_own_cannot_be_given(me: Browser) -> None:
    ask_for_it(me.world, least="B")
    add(me)
    held = me.address.partition("id=")[2].partition("&")[0]
    walk.jump(walk.begin(me, "oakville"), "oakville", "proof")
    assert me.page.find("form", id="from-wallet") is None
    mine = {"_csrf": me.values("upload").get("_csrf") or me.page.find("input", {"name": "_csrf"})["value"]}
    assert me.post(me.address, {**mine, "held": held, "consent": "yes"}).status == 404


def test_nobody_is_offered_anything_without_signing_in(browser: Browser) -> None:
    ask_for_it(browser.world)
    walk.jump(walk.begin(browser, "oakville"), "oakville", "proof")
    assert "Use a document that you have here already" not in browser.page.text
