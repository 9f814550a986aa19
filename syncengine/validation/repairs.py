"""What a wrong value was probably meant to be: shown beside the refusal, applied only by a person."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping

from accounts.catalogue import FieldSpec
from syncengine.mapping.codes import country_code, currency_code
from syncengine.policies.shapes import Rule


def suggest(rule: Rule, field: FieldSpec, value: str) -> str | None:
    """A better value for one that breaks a rule, or None where nothing is likely."""
    by_kind = BY_KIND.get(rule.kind)
    found = by_kind(rule, field, value.strip()) if by_kind else None
    return found if found and found != value else None


def _format(rule: Rule, field: FieldSpec, value: str) -> str | None:
    repair = BY_TYPE.get(field.type)
    return repair(value) if repair else None


def _email(value: str) -> str | None:
    tidy = re.sub(r"\s", "", value).replace("(at)", "@").replace("[at]", "@").rstrip(".,;")
    tidy = re.sub(r"^mailto:", "", re.sub(r",(?=[a-z]{2,3}$)", ".", tidy), flags=re.IGNORECASE)
    return tidy if re.match(r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$", tidy) else None


def _phone(value: str) -> str | None:
    digits = re.sub(r"[^\d+]", "", re.sub(r"\(0\)", "", value))
    digits = re.sub(r"^00", "+", digits)
    return digits if 6 <= len(digits.lstrip("+")) <= 15 else None


def _url(value: str) -> str | None:
    tidy = re.sub(r"\s", "", value).replace(",", ".").rstrip("./")
    tidy = re.sub(r"^(https?):/*", r"\1://", tidy, flags=re.IGNORECASE)
    return tidy if "." in tidy else None


def _one_of(rule: Rule, field: FieldSpec, value: str) -> str | None:
    folded = {allowed.lower(): allowed for allowed in rule.values}
    close = difflib.get_close_matches(value.lower(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _tax(rule: Rule, field: FieldSpec, value: str) -> str | None:
    compact = re.sub(r"[^0-9A-Za-z]", "", value).upper().replace("O", "0")
    land = re.sub(r"[^A-Za-z]", "", value)[:2].upper()
    return land + compact[2:] if len(land) == 2 and len(compact) > 6 else None


def _address(rule: Rule, field: FieldSpec, value: str) -> str | None:
    if field.name != "postcode":
        return None
    bare = re.sub(r"^[A-Za-z]{1,2}-", "", value).replace("O", "0").replace("o", "0").replace("l", "1")
    return bare.zfill(5) if re.fullmatch(r"\d{4}", bare) else bare


def _range(rule: Rule, field: FieldSpec, value: str) -> str | None:
    return value.removeprefix("-") if value.startswith("-") and rule.min is not None and not rule.min else None


BY_TYPE: Mapping[str, Callable[[str], str | None]] = {
    "email": _email,
    "phone": _phone,
    "url": _url,
    "country": country_code,
    "currency": currency_code,
}
BY_KIND: Mapping[str, Callable[[Rule, FieldSpec, str], str | None]] = {
    "format": _format,
    "one_of": _one_of,
    "tax_id": _tax,
    "address": _address,
    "range": _range,
}
