"""The forms that values have: e-mail, telephone, web address, tax numbers and postal codes by country."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$"
URL = r"^(?i)(https?://)?([\p{L}0-9]([\p{L}0-9-]*[\p{L}0-9])?\.)+[\p{L}]{2,}(:[0-9]+)?(/\S*)?$"
DIALLED = (6, 15)  # digits of a telephone number, the country's included
# VAT numbers as the member states issue them, without spaces and punctuation.
TAX_FORMS: Mapping[str, str] = {
    "AT": "U[0-9]{8}", "BE": "[01][0-9]{9}", "BG": "[0-9]{9,10}", "CH": "E[0-9]{9}(MWST|TVA|IVA)?",
    "CY": "[0-9]{8}[A-Z]", "CZ": "[0-9]{8,10}", "DE": "[0-9]{9}", "DK": "[0-9]{8}", "EE": "[0-9]{9}",
    "EL": "[0-9]{9}", "ES": "[A-Z0-9][0-9]{7}[A-Z0-9]", "FI": "[0-9]{8}", "FR": "[A-Z0-9]{2}[0-9]{9}",
    "GB": "([0-9]{9}|[0-9]{12}|(GD|HA)[0-9]{3})", "HR": "[0-9]{11}", "HU": "[0-9]{8}",
    "IE": "[0-9][A-Z0-9+*][0-9]{5}[A-Z]{1,2}", "IT": "[0-9]{11}", "LT": "([0-9]{9}|[0-9]{12})",
    "LU": "[0-9]{8}", "LV": "[0-9]{11}", "MT": "[0-9]{8}", "NL": "[0-9]{9}B[0-9]{2}", "NO": "[0-9]{9}(MVA)?",
    "PL": "[0-9]{10}", "PT": "[0-9]{9}", "RO": "[0-9]{2,10}", "SE": "[0-9]{12}", "SI": "[0-9]{8}",
    "SK": "[0-9]{10}", "XI": "([0-9]{9}|[0-9]{12})",
}  # fmt: skip
TAX = "^(" + "|".join(f"{land}{form}" for land, form in TAX_FORMS.items()) + ")$"
# Postal codes with 9 for a digit and A for a letter.
POSTAL_SHAPES: Mapping[str, tuple[str, ...]] = {
    "AT": ("9999",), "BE": ("9999",), "CH": ("9999",), "CZ": ("99999",), "DE": ("99999",), "DK": ("9999",),
    "ES": ("99999",), "FI": ("99999",), "FR": ("99999",), "HU": ("9999",), "IT": ("99999",), "LU": ("9999",),
    "NL": ("9999AA", "9999"), "NO": ("9999",), "PL": ("99999",), "PT": ("9999999", "9999"), "SE": ("99999",),
    "SK": ("99999",), "US": ("99999", "999999999"),
    "GB": ("A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA"), "CA": ("A9A9A9",), "AU": ("9999",),
}  # fmt: skip
SHAPES = [f"{land}|{shape}" for land, shapes in POSTAL_SHAPES.items() for shape in shapes]


def compact(text: pl.Expr) -> pl.Expr:
    """Letters and digits alone, in capitals."""
    return text.str.to_uppercase().str.replace_all(r"[^0-9A-Z+*]", "")


def has_form(column: pl.Expr, kind: str) -> pl.Expr:
    """Whether a value has the form of its type; types without one always do."""
    if kind == "email":
        return column.str.contains(EMAIL)
    if kind == "url":
        return column.str.contains(URL)
    if kind == "phone":
        digits = column.str.replace_all(r"\D", "").str.len_chars()
        return digits.is_between(*DIALLED) & ~column.str.contains(r"[A-Za-z]{3,}")
    if kind == "country":
        return column.str.contains("^[A-Z]{2}$")
    if kind == "currency":
        return column.str.contains("^[A-Z]{3}$")
    return pl.lit(True)


def is_tax_number(column: pl.Expr) -> pl.Expr:
    """Whether a tax number has the form of the country it begins with; numbers of other countries pass."""
    told = compact(column)
    known = told.str.slice(0, 2).is_in(list(TAX_FORMS))
    return ~known | told.str.contains(TAX)


def is_postal_code(postcode: pl.Expr, country: pl.Expr) -> pl.Expr:
    """Whether a postal code has a shape of its country; countries we know no shape of pass."""
    bare = postcode.str.to_uppercase().str.replace(r"^[A-Z]{1,2}-", "")
    plain = bare.str.replace_all(r"[^0-9A-Z]", "")
    shape = plain.str.replace_all("[0-9]", "9").str.replace_all("[A-Z]", "A")
    known = country.is_in(list(POSTAL_SHAPES))
    return ~known | pl.concat_str([country, pl.lit("|"), shape]).is_in(SHAPES)
