"""Numbers out of text: a quick reading for the usual form, a patient one for what people and systems write.

Anything that could mean two numbers is refused: "1,234" is a thousand and more, or one and a bit.
"""

from __future__ import annotations

import polars as pl

from syncengine.records import QUANTITY

LARGEST = 10**12
LARGEST_PERCENT = 10**5

# Blanks and apostrophes that group digits in one country or another, all read as one blank.
GROUPING_BLANKS = "[\u00a0\u2007\u2009\u202f'’`]"
BLANK_GROUPS = "[0-9]{1,3}(?: [0-9]{3})+"


def quick_number(value: pl.Expr, mark: str, limit: int = LARGEST) -> pl.Expr:
    """Plain numbers with the declared decimal mark; null for anything else."""
    if mark != ".":
        plain = ~value.str.contains(".", literal=True)
        value = pl.when(plain).then(value.str.replace(mark, ".", literal=True))
    return _bounded(value.cast(QUANTITY, strict=False), limit)


def patient_number(
    value: pl.Expr, mark: str, *, thousands: str | None, declared: bool, limit: int = LARGEST
) -> pl.Expr:
    """Numbers with grouped thousands, trailing or bracketed minus, or a per cent sign; null if in doubt."""
    text = _plain_sign(value.str.replace_all(GROUPING_BLANKS, " ").str.replace("−", "-", literal=True))
    body = text.str.strip_chars_start("-")
    sound = body.str.contains(_grammar(mark, thousands))
    if not declared and thousands is None:
        sound &= ~body.str.contains("^[0-9]{1,3},[0-9]{3}$")
    digits = text.str.replace_all(f"[^0-9{_escaped(mark)}-]", "").str.replace(mark, ".", literal=True)
    return _bounded(pl.when(sound).then(digits).cast(QUANTITY, strict=False), limit)


def whole(number: pl.Expr) -> pl.Expr:
    """Numbers without a fraction as integers; null where there is one."""
    rounded = number.cast(pl.Int64, strict=False)
    return pl.when(rounded.cast(QUANTITY, strict=False) == number).then(rounded)


def number_form(mark: str, *, declared: bool, integer: bool) -> str:
    """What a number must look like, for the person who reads the refusal."""
    if integer:
        return "a whole number"
    hint = "" if declared else "; declare `decimal` or `thousands` where “1,234” has one meaning"
    return f"a number with decimal mark “{mark}”, below a million millions{hint}"


def _bounded(number: pl.Expr, limit: int) -> pl.Expr:
    return pl.when(number.abs() < limit).then(number)


def _plain_sign(text: pl.Expr) -> pl.Expr:
    text = text.str.replace(r"\s*%$", "").str.strip_chars()
    text = text.str.replace(r"^\((.+)\)$", "-$1").str.replace(r"^([^-].*?)\s*-$", "-$1")
    return text.str.replace(r"^\+", "").str.replace(r"^-\s+", "-")


def _grammar(mark: str, thousands: str | None) -> str:
    m = _escaped(mark)
    fraction = f"(?:{m}[0-9]*)?"
    group = _escaped(thousands or ("," if mark == "." else "."))
    grouped = f"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+"
    indian = f"[1-9][0-9]?(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}"
    plain = f"[0-9]+{fraction}|{m}[0-9]+"
    return f"^(?:{plain}|{grouped}{fraction}|{indian}{fraction}|{BLANK_GROUPS}{fraction})$"


def _escaped(character: str) -> str:
    return f"\\{character}" if character in ".^$*+?()[]{}|\\-" else character
