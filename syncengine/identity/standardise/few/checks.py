"""Check digits of one number, as `standardise.checks` judges columns of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncengine.identity.standardise.checks import LETTERS_CIF, LETTERS_NIF, OLD_BTW

Check = Mapping[str, Any]
LED_BY = {"X": "0", "Y": "1", "Z": "2", "K": "0", "L": "0", "M": "0"}


def passed(whole: str, number: str, form: Mapping[str, Any]) -> bool | None:
    """Whether a number adds up, None where its form has no checks; `whole` has the key before a SIREN."""
    if "checks" not in form:
        return None
    right = all(RULES[c["rule"]](number) if "rule" in c else _weighted(_digits(number), c) for c in form["checks"])
    return right and ("key" not in form or _key_of_siren(whole, number))


def _digits(number: str) -> list[int]:
    return [int(digit) for digit in number]


def _weighted(digits: Sequence[int], check: Check) -> bool:
    weights = check["weights"]
    products = [digit * weight for digit, weight in zip(digits, weights, strict=False)]
    if check.get("cross"):
        products = [product // 10 + product % 10 for product in products]
    if check.get("ten"):
        return bool(-sum(products[:-1]) * weights[-1] % check["modulus"] % 10 == digits[len(weights) - 1])
    return (sum(products) + check.get("plus", 0)) % check["modulus"] in check.get("rest", [0])


def _mod_11_10(number: str) -> bool:
    """ISO 7064 MOD 11,10."""
    carried = 5
    for digit in _digits(number):
        carried = ((carried or 10) * 2 % 11 + digit) % 10
    return carried == 1


def _key_of_siren(whole: str, siren: str) -> bool:
    """The two digits before a SIREN; keys with letters are not checked."""
    key = whole[:2]
    return not key.isdecimal() or int(key) == (int(siren) % 97 * 3 + 12) % 97


def _btw(number: str) -> bool:
    """Dutch: the first nine digits add up, or with NL before it the whole leaves 1 by 97."""
    body, tail = number[:9], int(number[-2:])
    # N is 23, L is 21 and B is 11 in ISO 7064 MOD 97-10.
    whole = (2321 * 10**9 + int(body)) * 10**4 + 11 * 100 + tail
    return _weighted(_digits(body), OLD_BTW) or whole % 97 == 1


def _nif(number: str) -> bool:
    """Spanish: a letter by 23 for people, a digit or letter after Luhn for companies."""
    first, body, last = number[0], number[1:8], number[-1]
    personal = LED_BY.get(first, first) + body
    if personal.isdecimal() and LETTERS_NIF[int(personal) % 23] == last:
        return True
    luhn = [digit * (2 if n % 2 == 0 else 1) for n, digit in enumerate(_digits(body))]
    control = -sum(digit // 10 + digit % 10 for digit in luhn) % 10
    return first in "ABCDEFGHJNPQRSUVW" and last in (str(control), LETTERS_CIF[control])


RULES: Mapping[str, Callable[[str], bool]] = {"mod_11_10": _mod_11_10, "btw": _btw, "nif": _nif}
