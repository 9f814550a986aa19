"""The name of one company, as `standardise.names` reads a column of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from syncengine.identity.standardise.few.text import fold, one_spelling, replace_words, said
from syncengine.identity.standardise.names import (
    BEFORE_DOING,
    BEGUN,
    BRACKETED,
    DOING,
    FRONT_FORMS,
    abbreviations,
    endings,
    forms,
)
from syncengine.identity.standardise.text import LONGEST

Text = str | None


class Parts(NamedTuple):
    """What is left of a name without its trailing place or part of a group."""

    base: Text
    place: Text
    division: Text


def read_name(name: Text, legal_name: Text, trade_names: Sequence[Text] | None, country: Text) -> dict[str, object]:
    """The columns that names tell, of one record."""
    legal = _filled(legal_name)
    raw = _filled(name) or legal
    legal = legal if legal != raw else None  # the same once more says nothing
    rest, form = _split_form(_main(raw), country)
    legal_rest, legal_form = _split_form(_main(legal), country)
    written = _written_out(rest)
    words = list(dict.fromkeys(written.split(" "))) if written else None
    names = _all_names(written, [_written_out(legal_rest), _doing(raw)], trade_names, country)
    return {
        "name": written,
        "legal_form": form or legal_form,
        **_split_place(written)._asdict(),
        **_first_words(written),
        "tokens": words,
        "name_key": " ".join(sorted(words)) if words else None,
        "all_names": names,
        "alias_1": names[0] if names else None,
        "alias_2": names[-1] if names else None,
    }


def _first_words(written: Text) -> dict[str, Text]:
    if not written:
        return dict.fromkeys(("joined", "begun", "tok1", "tok2"))
    joined, words = written.replace(" ", ""), written.split(" ")
    return {
        "joined": joined,
        "begun": joined[:BEGUN],
        "tok1": words[0],
        "tok2": words[1][:4] if len(words) > 1 else None,
    }


def _filled(text: Text) -> Text:
    return (text or "")[:LONGEST].strip() or None


def _doing(raw: Text) -> Text:
    """The trade name that the name itself tells."""
    told = re.search(DOING, raw) if raw else None
    return _written_out(fold(told[1])) if told else None


def _main(text: Text) -> Text:
    """The name before "doing business as" and without bracketed remarks."""
    if text is None:
        return None
    main = re.sub(BEFORE_DOING, "", text, count=1)
    bare = re.sub(BRACKETED, " ", main)
    return said(fold(bare if any(c.isalnum() for c in bare) else main))


def _split_form(text: Text, country: Text) -> tuple[Text, Text]:
    """(rest, form): up to two legal forms taken off the end (Pty Ltd, Co Inc), or one off the front (AB Volvo)."""
    if text is None:
        return None, None
    rest, form = forms().take_one(text, country)
    if form:
        rest, _ = forms().take_one(rest, country)
    first, space, behind = rest.partition(" ")
    return (behind, form or first) if space and first in FRONT_FORMS else (rest, form)


def _written_out(text: Text) -> Text:
    """Abbreviations written out, umlauts in one spelling, small words dropped unless nothing else is left."""
    if text is None:
        return None
    plain = one_spelling(text)
    return said(replace_words(plain, abbreviations()) or plain)


def _split_place(name: Text) -> Parts:
    if not name:
        return Parts(None, None, None)
    base, place = endings("place").take_one(name)
    base, division = endings("division").take_one(base)
    if division or place:
        base, second = endings("place").take_one(base)
        place = place or second
    return Parts(base, place, division)


def _all_names(
    written: Text, others: Sequence[Text], trade_names: Sequence[Text] | None, country: Text
) -> list[str]:  # fmt: skip
    """Every name once, in order."""
    trade = [_written_out(_split_form(_main(told), country)[0]) for told in trade_names or ()]
    return sorted({told for told in (written, *others, *trade) if told})
