"""How somebody walks through a service on the deployed stack, from its guide to the case, and how a clerk
decides it. The definition says what is asked; a sample case says which way; the rest is made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from functions.core import clock
from functions.core.city import City
from functions.services import fields
from functions.services.domain import Field, FormPage, Service
from functions.services.schemas import parse
from functions.services.service import load
from infra import demo
from tests.e2e.visitor import Seen, Visitor
from tests.services.answers import Typist
from tests.stack import Stack, wait_for

PDF = b"%PDF-1.7 a paper (demo)"
LANGS = {"us": "en", "cn": "zh-Hans"}
MOST_STEPS = 60


def sample(service: str, name: str) -> dict[str, Any]:
    """A sample case of a template."""
    found: dict[str, Any] = next(one for one in parse(load(service))["tests"] if one["id"] == name)
    return found


@dataclass
class Walk:
    """One person on the way through one service of a city."""

    stack: Stack
    city: City
    service_id: str
    case: dict[str, Any]
    careless: bool = False
    """Types every page wrong first."""
    visitor: Visitor = field(init=False)
    refused: list[str] = field(default_factory=list)
    """Pages that sent the person back for a wrong answer."""

    def __post_init__(self) -> None:
        config = self.city.config
        today = clock.now().astimezone(ZoneInfo(self.city.zone)).date()
        self.service = Service(config["services"][self.service_id], self.service_id)
        self.lang = LANGS[config["country"]]
        self.visitor = Visitor(self.stack.url)
        self.email = f"{self.service_id}-{self.case['id']}-{self.city.id}@citizen.example"
        self.typist = Typist(
            fields.rules_of(config, today),
            self.lang,
            shift=today - date.fromisoformat(self.case["today"]),
            given=dict(self.case["answers"]),
            email=self.email,
        )

    @property
    def seen(self) -> Seen:
        return self.visitor.seen

    def read_guide(self) -> Seen:
        """Open the guide in the city's first language."""
        seen = self.visitor.get(
            f"{self.stack.url}/{self.city.id}/services/{self.service_id}?lang={self.lang}"
        )
        assert seen.status == 200 and seen.heading == self.service.name[self.lang]
        return seen

    def begin(self) -> None:
        """From the guide through the check whether one may apply to the first page of the form, or to the
        answer no."""
        self.read_guide()
        if self.service.raw["eligibility"]["asks"]:
            self.visitor.get(f"{self.seen.address.partition('?')[0]}/check")
            for _ in self.service.raw["eligibility"]["asks"]:
                question = self._asked()
                if question is None:
                    break
                self.visitor.submit(values=self._posted([question], self.typist.good(question)))
        if self.verdict == "no" and self.service.raw["eligibility"]["mode"] == "gate":
            return
        self.visitor.submit()
        if self.seen.name == "sign-in":
            self._sign_in()
        if self.seen.name == "start":
            self._say_for_whom()

    def _sign_in(self) -> None:
        """With a code by mail, as services ask for that must know whom they write to."""
        before = len(self.stack.mail(self.email))
        self.visitor.submit(values={"contact": self.email})
        mails = wait_for(lambda: self.stack.mail(self.email)[before:], what="the code by mail")
        code = re.search(r"\b\d{6,8}\b", mails[-1]["BodyText"])
        assert code, mails[-1]["BodyText"]
        self.visitor.submit(values={"code": code.group()})

    def _say_for_whom(self) -> None:
        """For oneself, or for whom the sample applies."""
        offered = [str(one.get("value")) for one in self.seen.page.select("input[name=for]")]
        wanted = next((one for one in offered if one.startswith(self.case["applicant"])), offered[0])
        name = "" if wanted == "self" else self.service.name[self.lang]
        self.visitor.submit(values={"for": wanted, "for_name": name})

    def _asked(self) -> Field | None:
        name = self.seen.address.partition("ask=")[2].partition("&")[0]
        return self.service.field(name) if name else None

    @property
    def verdict(self) -> str:
        """yes, maybe or no: what the page says that is open; empty on any other page."""
        words = self.service.raw["eligibility"]
        for one in [*words["rules"], words["otherwise"] or {}]:
            if one and one["because"][self.lang] in self.seen.words:
                return str(one["outcome"])
        return ""

    def fill(self) -> list[str]:
        """Answer page after page until the list to check; the pages that were shown."""
        shown: list[str] = []
        for _ in range(MOST_STEPS):
            if self.seen.name == "check":
                return shown
            if self.seen.name == "tasks":
                self._next_task()
                continue
            if self.seen.name == "safety":
                self.visitor.get(str(self.seen.page.select("main a.govuk-button")[-1]["href"]))
                continue
            page = self.service.page(self.seen.name)
            assert page is not None, (self.seen.address, self.seen.status, self.seen.words[:400])
            shown.append(page.id)
            self.answer(page)
        raise AssertionError(f"never reached the end, stuck at {self.seen.address} {self.seen.problems}")

    def _next_task(self) -> None:
        """The first task that is not completed; `check` when all are."""
        for one in self.seen.page.select(".govuk-task-list__item"):
            link, done = one.find("a"), one.select_one(".govuk-task-list__status")
            if link and not (done and done.get_text(strip=True) in ("Completed", "已完成")):
                self.visitor.get(str(link["href"]))
                return
        raise AssertionError(f"no task can be begun: {self.seen.words}")

    def answer(self, page: FormPage) -> None:
        """Answer the open page and go on; a careless person types it wrong first."""
        document = next((one for one in page.fields if one.type == "file"), None)
        if document:
            self._hand_in(document)
            return
        if self.careless:
            self._answer_badly(page)
        typed: fields.Typed = {}
        for question in page.fields:
            if question.answered_by_person:
                typed |= self.typist.good(question)
        self.visitor.submit(values=self._posted(page.fields, typed))
        assert not self.seen.problems, (page.id, typed, self.seen.words[:500])

    def _answer_badly(self, page: FormPage) -> None:
        wrong: dict[str, fields.Typed] = {}
        for question in page.fields:
            bad = self.typist.bad(question, not question.optional)
            if bad is not None:
                wrong[question.id] = bad
        if not wrong:
            return
        typed = {name: text for each in wrong.values() for name, text in each.items()}
        self.visitor.submit(values=self._posted(page.fields, typed))
        assert self.seen.name == page.id and self.seen.title.startswith(("Error", "错误")), self.seen.address
        led_to = {one.partition("-")[0].partition(".")[0] for one in self.seen.problems}
        assert led_to == set(wrong), (page.id, typed, self.seen.problems)
        self.refused.append(page.id)

    def _hand_in(self, question: Field) -> None:
        path = self.seen.path
        if question.document in self.case["files"]:
            if self.careless:
                self.visitor.upload("kein Bild.pdf", b"MZ\x90\x00 not what it says")
                assert self.seen.problems == ["file"], (self.seen.address, self.seen.words[:300])
                self.refused.append(self.seen.name)
            self.visitor.upload("paper 材料.pdf", PDF) if self._takes_pdf(question) else self._photo()
            assert "uploaded=1" in self.seen.address, (self.seen.address, self.seen.words[:400])
        self.visitor.submit("go-on")
        assert self.seen.path != path, self.seen.words[:300]

    def _takes_pdf(self, question: Field) -> bool:
        document = self.service.document(question.document) or {}
        return "pdf" in document["accept"]

    def _photo(self) -> None:
        self.visitor.upload("photo.jpg", photo())

    def send(self) -> str:
        """Check the list, confirm and send; the case's id."""
        declared = {"declaration": "yes"} if self.service.declaration else {}
        if self.careless and declared:
            self.visitor.submit()
            assert self.seen.problems == ["declaration"]
        self.visitor.submit(values=declared)
        assert self.seen.name == "done", (self.seen.address, self.seen.words[:400])
        return self.seen.path.split("/")[-2]

    def _posted(self, questions: Any, typed: fields.Typed) -> dict[str, str | list[str]]:
        """As a browser sends it: several ticks under one name."""
        ticked = {one.id for one in every(questions) if one.type == "checkboxes"}
        return {
            name: text.split("\n") if name.rpartition(".")[2] in ticked else text
            for name, text in typed.items()
        }


def every(questions: Any) -> Iterator[Field]:
    """Questions and the columns inside them."""
    for one in questions:
        yield one
        yield from every(one.fields)


@lru_cache(maxsize=1)
def photo() -> bytes:
    """A small picture."""
    from io import BytesIO

    from PIL import Image

    made = BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 60)).save(made, "JPEG")
    return made.getvalue()


@dataclass
class Clerk:
    """A member of staff who signed in through the hosted login."""

    stack: Stack
    city: str
    email: str

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.stack.url)
        self.visitor.get(f"{self.stack.url}/{self.city}/console/?lang=en")
        form = self.visitor.seen.page.find("form")
        assert form is not None, self.visitor.seen.address
        form["id"] = "sign-in"
        self.visitor.submit("sign-in", {"username": self.email, "password": demo.DEMO_PASSWORD})
        assert self.visitor.seen.path.startswith(f"/{self.city}/console"), self.visitor.seen.address

    def decide(self, case_id: str, action: str, **values: str) -> Seen:
        """Open a case and take a decision."""
        seen = self.visitor.get(f"{self.stack.url}/{self.city}/console/cases/{case_id}")
        assert seen.status == 200, (seen.address, seen.status, seen.words[:300])
        seen = self.visitor.submit("decision", {"action": action, "then": "stay", **values})
        assert not seen.problems and seen.page.select(".govuk-notification-banner--success"), seen.words[:600]
        return seen
