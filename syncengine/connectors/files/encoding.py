"""Which characters a file's bytes stand for."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import BinaryIO

from charset_normalizer import from_bytes

BLOCK = 1 << 22
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What office programs and exports of the last thirty years wrote; the guesser sees only these.
USUAL = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "shift_jis", "gb18030", "big5", "euc_kr"]
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Read as cp1252: three accented letters in a row, or a sign in the middle of a word.
STRANGE = re.compile(
    r"[À-ÖØ-öø-ÿ]{3,}|(?<=[^\W\d_])[¡-¿\u0192\u02c6\u02dc\u2020-\u2022\u2030]|[£¥¯¿Ÿ](?=[^\W\d_])|[ŸŒœŠšŽž]"
)
HIGH = re.compile(rb"[\x80-\xff]")
HIGH_LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")


def detect_encoding(open_file: Callable[[], BinaryIO]) -> str:
    """Return the encoding of a file: by its mark, else UTF-8 when its bytes are, else the likeliest."""
    with open_file() as file:
        head = file.read(BLOCK)
        for mark, name in BOMS:
            if head.startswith(mark):
                return name
        wide = _wide_without_mark(head[:4096])
        return wide or _narrow(head, file)


def _wide_without_mark(head: bytes) -> str | None:
    zeros_even, zeros_odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if zeros_odd > half * 0.4 > zeros_even:
        return "utf-16-le"
    if zeros_even > half * 0.4 > zeros_odd:
        return "utf-16-be"
    return None


def _narrow(block: bytes, file: BinaryIO) -> str:
    # The whole file is looked through: the first accent may stand in its last line.
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block:
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return _not_clean_utf8(block)
        block = file.read(BLOCK)
    return "utf-8"


def _not_clean_utf8(block: bytes) -> str:
    # A few broken bytes among many good UTF-8 letters are bad rows, not another encoding.
    sequences = MULTIBYTE.findall(block)
    stray = len(HIGH.findall(block)) - sum(map(len, sequences))
    if len(sequences) > stray:
        return "utf-8"
    telling = b"\n".join(HIGH_LINE.findall(block)[:2000])
    return _likeliest(telling)


def _likeliest(sample: bytes) -> str:
    # Western files are the rule, and statistics over a few names tell Danish from Slovak badly.
    if _looks_western(sample):
        return "cp1252"
    best = from_bytes(sample, cp_isolation=USUAL).best()
    if best is None:
        return "cp1252"
    return best.encoding


def _looks_western(sample: bytes) -> bool:
    """Tell whether accents stand alone among plain letters, and signs outside of words."""
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    strange = sum(len(found) for found in STRANGE.findall(text))
    return strange < 0.15 * len(HIGH.findall(sample))
