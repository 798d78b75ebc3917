"""Phone numbers of the city's own country. The library is large: imported when a number is there."""

from __future__ import annotations

import unicodedata

from functions.core.city import City


def normal_phone(city: City, text: str) -> str | None:
    """The number in E.164 form when it is a real one of the city's country that can get text messages, else
    None. Numbers of other countries are refused: messages there cost more and are what fraud asks for."""
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    region = region_of(city)
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text).strip()[:40], region)
    except phonenumbers.NumberParseException:
        return None
    mobile = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    own = phonenumbers.is_valid_number_for_region(number, region)
    if not own or phonenumbers.number_type(number) not in mobile:
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def region_of(city: City) -> str:
    """ISO 3166 code of the country whose numbers the city writes to."""
    profile = city.config.get("country_profile") or {}
    return str((profile.get("phone") or {}).get("region") or city.config["country"]).upper()
