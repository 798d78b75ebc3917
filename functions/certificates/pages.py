"""The holder's certificate and the public page that tells whether one is real."""

from __future__ import annotations

from functions.cases import visitors
from functions.certificates import qr, service
from functions.certificates.domain import masked_name
from functions.core.errors import NotFound
from functions.core.i18n import t
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)
NOT_LISTED = {"X-Robots-Tag": "noindex, nofollow"}


@bp.page("/{city}/certificate", access="citizen")
def show_certificate(ctx: PageContext) -> Page | Redirect:
    """The certificate of the application whose reference and code were given in this browser, to keep and
    to print."""
    case_id = visitors.remembered_case(ctx)
    if case_id is None:
        return Redirect(f"/{ctx.city.id}/status")
    certificate = service.view_certificate(ctx, case_id)
    address = service.address_of(ctx, case_id)
    return Page(
        "certificates/certificate.html",
        headers=NOT_LISTED,
        certificate=certificate,
        state=certificate.state(service.city_date(ctx)),
        address=address,
        code=qr.svg(address, t("QR code that opens the page where this certificate can be checked")),
        back=f"/{ctx.city.id}/status/application",
    )


@bp.page("/{city}/verify/{token}", access="public")
def verify(ctx: PageContext, token: str) -> Page:
    """What anyone who was given the certificate may check: type, dates, state, masked name."""
    certificate = service.verify(token, ctx.network)
    if certificate is None:
        return Page("certificates/unknown.html", status=NotFound.status, headers=NOT_LISTED)
    return Page(
        "certificates/verify.html",
        headers=NOT_LISTED,
        certificate=certificate,
        state=certificate.state(service.city_date(ctx)),
        name=masked_name(certificate.subject),
    )
