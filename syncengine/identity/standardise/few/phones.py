"""The telephone number of one record, as `standardise.phones` reads a column of them."""

from __future__ import annotations

import re
from functools import cache

from syncengine.identity.standardise.phones import EXTENSION, LEADS_TOO, LOCAL, PLUS, any_code, codes, possible_lengths
from syncengine.identity.standardise.text import LONGEST, ONE_DIGIT

Text = str | None


def read_phone(phone: Text, country: Text) -> dict[str, Text]:
    """phone, the national number, dial, the calling code, and trunk, the part direct dials share."""
    if phone is None:
        return dict.fromkeys(("phone", "dial", "trunk"))
    raw = re.sub(EXTENSION, "", phone[:LONGEST], count=1).replace("(0)", "")
    digits = re.sub(r"\D", "", raw)
    home, lead = _at_home().get(country, (None, ""))
    abroad = _abroad(digits, home, lead, plus=re.search(PLUS, raw) is not None)
    code = told[1] if abroad is not None and (told := re.match(any_code(), abroad)) else None
    national = _behind(abroad, code) if abroad is not None and code else digits.removeprefix(lead)
    dial = code or home
    told_phone, told_dial = _settled(digits, national, code, dial)
    trunk = told_phone[:-3] if told_phone and len(told_phone) >= 8 else None
    return {"phone": told_phone, "dial": told_dial, "trunk": trunk}


def _abroad(digits: str, home: Text, lead: str, *, plus: bool) -> Text:
    """The digits from the calling code on, where the number says that it begins with one."""
    if plus:
        return digits.removeprefix("00")
    if digits.startswith("00"):
        return digits[2:]
    if digits.startswith("011") and (home or "1") == "1" and len(digits) > LOCAL:
        return digits[3:]
    led = lead != "" and digits.startswith(lead)
    return digits if home and len(digits) >= LOCAL and digits.startswith(home) and not led else None


def _behind(abroad: str, code: str) -> str:
    """The national number behind its code, without the digit that leads within the country."""
    lead = _leads().get(code, "0")
    # Where no digit leads within the country, as in Italy, a nought belongs to the number.
    plain = abroad[len(code) :] if lead == "" else abroad[len(code) :].lstrip("0")
    too = len(plain) > LEADS_TOO.get(code, len(plain))
    return plain.removeprefix(lead.strip("0")) if too else plain


def _settled(digits: str, national: str, code: Text, dial: Text) -> tuple[Text, Text]:
    """Number and code: both where the number can be one there, the bare number where nobody tells a country."""
    if re.match(ONE_DIGIT, national) or re.match(ONE_DIGIT, digits):
        return None, None
    if dial and f"{dial}:{len(national)}" in _possible():
        return national, dial
    local = _local(digits)
    nowhere = dial is None or (code is None and len(digits) == 7)
    return (local if nowhere and len(local) >= 6 else None), None


def _local(digits: str) -> str:
    """A number of an unknown country: its digits without leading noughts and without an American one."""
    bare = digits.lstrip("0")
    return bare[1:] if len(bare) == LOCAL and bare.startswith("1") else bare[-LOCAL:]


@cache
def _at_home() -> dict[Text, tuple[Text, str]]:
    """Per country its calling code and what leads within it."""
    known = codes()
    return dict(zip(known["country"], zip(known["calling"], known["trunk"], strict=True), strict=True))


@cache
def _leads() -> dict[str, str]:
    return dict(zip(codes()["code"], codes()["code_trunk"], strict=True))


@cache
def _possible() -> frozenset[str]:
    return frozenset(possible_lengths())
