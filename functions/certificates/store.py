"""Certificates in the city's table, found by the digest of their verification token."""

from __future__ import annotations

from datetime import date, datetime

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from functions.certificates.domain import Certificate
from functions.core import audit, clock, keys
from functions.core.store import CityModel, read_together


class CertificateItem(CityModel):
    """META of a certificate. ``body`` holds the words as they were issued."""

    number = UnicodeAttribute()
    case_id = UnicodeAttribute()
    service = UnicodeAttribute()
    department = UnicodeAttribute()
    subject = UnicodeAttribute()
    issued_at = UnicodeAttribute()
    valid_until = UnicodeAttribute(null=True)
    revoked_at = UnicodeAttribute(null=True)
    revoked_by = UnicodeAttribute(null=True)
    revoked_reason = UnicodeAttribute(null=True)
    body = JSONAttribute()


def put_new(tx: TransactWrite, certificate: Certificate) -> None:
    """Add a new certificate to a transaction; one with the same token makes the transaction fail."""
    item = CertificateItem(
        keys.certificate(certificate.digest),
        keys.META,
        number=certificate.number,
        case_id=certificate.case_id,
        service=certificate.service,
        department=certificate.department,
        subject=certificate.subject,
        issued_at=clock.iso(certificate.issued_at),
        valid_until=certificate.valid_until.isoformat() if certificate.valid_until else None,
        body={"type": certificate.type, "title": certificate.title, "text": certificate.text},
    )
    tx.save(item, condition=CertificateItem.pk.does_not_exist())


def mark_revoked(tx: TransactWrite, certificate: Certificate, moment: datetime) -> None:
    """Add the revocation to a transaction, which fails when there is no such certificate or it is revoked
    already."""
    tx.update(
        CertificateItem(keys.certificate(certificate.digest), keys.META),
        actions=[
            CertificateItem.revoked_at.set(clock.iso(moment)),
            CertificateItem.revoked_by.set(certificate.revoked_by),
            CertificateItem.revoked_reason.set(certificate.revoked_reason),
        ],
        condition=CertificateItem.number.exists() & CertificateItem.revoked_at.does_not_exist(),
    )


def get(digest: str) -> Certificate | None:
    """The certificate with that token digest: one call, consistent, so that a revocation is seen at once."""
    try:
        item = CertificateItem.get(keys.certificate(digest), keys.META, consistent_read=True)
    except CertificateItem.DoesNotExist:
        return None
    return _certificate(item, digest)


def get_with_chain(digest: str, case_id: str) -> tuple[Certificate | None, audit.Chain]:
    """A certificate, and the end of its case's audit chain: one call. Raises Unavailable when the table is
    throttled."""
    mine, end = (keys.certificate(digest), keys.META), (keys.chain("case", case_id), keys.HEAD)
    read = read_together([mine, end])
    found = read.get(mine)
    certificate = _certificate(CertificateItem.from_raw_data(found), digest) if found else None
    return certificate, audit.chain_of("case", case_id, read.get(end))


def _certificate(item: CertificateItem, digest: str) -> Certificate:
    return Certificate(
        digest=digest,
        number=item.number,
        case_id=item.case_id,
        service=item.service,
        department=item.department,
        type=item.body["type"],
        title=item.body["title"],
        text=item.body["text"],
        subject=item.subject,
        issued_at=clock.parse(item.issued_at),
        valid_until=date.fromisoformat(item.valid_until) if item.valid_until else None,
        revoked_at=clock.parse(item.revoked_at) if item.revoked_at else None,
        revoked_by=item.revoked_by or "",
        revoked_reason=item.revoked_reason or "",
    )
