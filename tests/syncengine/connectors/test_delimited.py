"""Delimited files of any usual writing come back as they were written; broken lines come back apart."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.connectors import ConnectorError
from syncengine.connectors.files.dialect import sniff
from syncengine.connectors.files.encoding import detect_encoding
from syncengine.connectors.files.formats import read_file
from syncengine.connectors.files.lines import read_lines
from syncengine.connectors.files.spec import FileSpec
from syncengine.records import Refusal

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
ASCII = st.text(st.characters(codec="ascii", exclude_characters="\x00"), max_size=12)
WESTERN = st.text(st.characters(codec="cp1252", exclude_characters="\x00"), max_size=12)
NAMES = ["Id", "Name", "Note"]


def read(path: Path, **spec: object) -> tuple[list[tuple[str | None, ...]], list[Refusal]]:
    pieces = list(read_file(path, FileSpec(path.name, **spec)))  # type: ignore[arg-type]
    rows = [row for piece in pieces for row in piece.rows.rows()]
    return rows, [refusal for piece in pieces for refusal in piece.refused]


def read_text(
    folder: Path, text: str | bytes, **spec: object
) -> tuple[list[tuple[str | None, ...]], list[Refusal]]:
    path = folder / "export.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, **spec)


def written(rows: list[tuple[str, ...]], *, delimiter: str, end: str, quoting: int) -> str:
    # An unquoted value that ends with a carriage return cannot be told from a line's end.
    bare_return = any(value.endswith("\r") for row in rows for value in row)
    quoting = csv.QUOTE_ALL if bare_return else quoting
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(NAMES)
    writer.writerows(rows)
    return buffer.getvalue()


def round_trip(rows: list[tuple[str, ...]], data: bytes, **spec: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found, refused = read_text(Path(folder), data, **spec)
    assert refused == []
    assert found == rows


@settings(max_examples=150)
@given(
    rows=st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]),
)
def test_any_unicode_survives(
    rows: list[tuple[str, ...]], delimiter: str, end: str, quoting: int, encoding: str
) -> None:
    text = written(rows, delimiter=delimiter, end=end, quoting=quoting)
    round_trip(rows, text.encode(encoding), encoding=encoding, delimiter=delimiter)


@settings(max_examples=80)
@given(rows=st.lists(st.tuples(WESTERN, WESTERN, WESTERN), max_size=6), delimiter=st.sampled_from(",;\t|"))
def test_western_text_survives(rows: list[tuple[str, ...]], delimiter: str) -> None:
    text = written(rows, delimiter=delimiter, end="\n", quoting=csv.QUOTE_MINIMAL)
    round_trip(rows, text.encode("cp1252"), encoding="cp1252", delimiter=delimiter)


@settings(max_examples=80)
@given(
    rows=st.lists(st.tuples(ASCII, ASCII, ASCII), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
)
def test_quoted_files_need_no_declaration(rows: list[tuple[str, ...]], delimiter: str) -> None:
    text = written(rows, delimiter=delimiter, end="\r\n", quoting=csv.QUOTE_ALL)
    round_trip(rows, text.encode())


@settings(max_examples=60)
@given(rows=st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=8), chunk=st.integers(3, 40))
def test_lines_are_the_same_in_chunks_of_any_size(rows: list[tuple[str, ...]], chunk: int) -> None:
    text = written(rows, delimiter=",", end="\n", quoting=csv.QUOTE_MINIMAL)
    data = text.encode()
    chunks = read_lines(lambda: io.BytesIO(data), "utf-8", "x.csv", chunk=chunk)
    old_mac = "\r" in text[:chunk] and "\n" not in text[:chunk]
    if not old_mac:
        assert "\n".join("\n".join(lines.text) for lines in chunks) + "\n" == text


@pytest.mark.parametrize(
    ("words", "encoding", "found"),
    [
        ("Müller & Söhne, Straße in München", "cp1252", "cp1252"),
        ("Société Générale, façade à Orléans", "latin-1", "cp1252"),
        ("Müller", "utf-8", "utf-8"),
        ("Müller", "utf-8-sig", "utf-8-sig"),
        ("Müller", "utf-16", "utf-16"),
        ("Mueller and sons", "utf-16-le", "utf-16-le"),
        ("plain", "ascii", "utf-8"),
        ("Общество с ограниченной ответственностью Ромашка, город Москва", "cp1251", "cp1251"),
        ("Spółka z ograniczoną odpowiedzialnością, Łódź, źródło żółć", "cp1250", "cp1250"),
        ("Fremstillet på Færøerne, Ålborg, Køge", "cp1252", "cp1252"),
        ("株式会社東京製作所、大阪支店の請求書と注文書", "shift_jis", "cp932"),
    ],
)
def test_encoding_is_found_out(words: str, encoding: str, found: str) -> None:
    data = "".join(f"{n},{words}\n" for n in range(50)).encode(encoding)
    guess = detect_encoding(lambda: io.BytesIO(data))
    assert data.decode(guess) == data.decode(encoding)
    assert guess in (found, encoding)


def test_late_accent_decides_encoding() -> None:
    data = ("1,plain\n" * 600_000).encode() + "2,Müller\n".encode("cp1252")
    assert detect_encoding(lambda: io.BytesIO(data)) == "cp1252"


@pytest.mark.parametrize(
    ("head", "delimiter", "quote"),
    [
        ("a;b;c\n1,5;2,5;x\n", ";", '"'),
        ("a,b\n1;2,3\n", ",", '"'),
        ("a\tb\n1\t2\n", "\t", '"'),
        ("a|b\n1|2\n", "|", '"'),
        ("Id,Text\n1,'a'\n2,'b, c'\n", ",", "'"),
        ("only\none\n", ",", '"'),
        ('"a, b";"c"\n"1, 2";"3"\n', ";", '"'),
    ],
)
def test_dialect_is_found_out(head: str, delimiter: str, quote: str) -> None:
    dialect = sniff(head, FileSpec("x"))
    assert (dialect.delimiter, dialect.quote) == (delimiter, quote)


def test_spreadsheet_hint_names_delimiter(tmp_path: Path) -> None:
    rows, _ = read_text(tmp_path, "sep=|\nId|Name\n1|a\n")
    assert rows == [("1", "a")]


def test_broken_lines_are_kept_apart(tmp_path: Path) -> None:
    text = 'Id,Name,City\n1,a,x\n2,b\n3,"c,x\n4,d,x\n5,e,x,y\n\n6,5" pipe,x\n7,"g ""q""\nh",x\n'
    rows, refused = read_text(tmp_path, text, key="Id")
    assert rows == [("1", "a", "x"), ("4", "d", "x"), ("6", '5" pipe', "x"), ("7", 'g "q"\nh', "x")]
    assert [(r.key, r.where, r.payload) for r in refused] == [
        ("2", "export.csv:3", "2,b"),
        (None, "export.csv:4", '3,"c,x'),
        ("5", "export.csv:6", "5,e,x,y"),
    ]
    assert refused[0].reason == "2 columns where the header has 3"


def test_foreign_bytes_cost_their_line_only(tmp_path: Path) -> None:
    lines = ["Id,Name", *(f"{n},Müller" for n in range(9))]
    data = "\n".join(lines).encode() + b"\n9,M\xfcller\n10,ok\n"
    rows, refused = read_text(tmp_path, data)
    assert rows[-2:] == [("8", "Müller"), ("10", "ok")]
    assert [(r.where, r.payload) for r in refused] == [("export.csv:11", "9,M\\xfcller")]


def test_repeated_and_missing_names_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Id,Name,,Name\n1,a,b,c\n")
    piece = next(iter(read_file(path, FileSpec(path.name))))
    assert piece.rows.columns == ["Id", "Name", "column_3", "Name_2"]


def test_old_mac_lines_are_lines(tmp_path: Path) -> None:
    rows, _ = read_text(tmp_path, "Id,Name\r1,a\r2,b\r")
    assert rows == [("1", "a"), ("2", "b")]


def test_record_over_chunk_end_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncengine.connectors.files.lines.read_lines.__kwdefaults__", {"chunk": 16})
    rows, refused = read_text(tmp_path, 'Id,Name\n1,"long\nand longer\nand longest"\n2,b\n')
    assert (rows, refused) == ([("1", "long\nand longer\nand longest"), ("2", "b")], [])


def test_file_without_header_takes_declared_columns(tmp_path: Path) -> None:
    rows, _ = read_text(tmp_path, "1,a\n2,b\n", header=False, columns=("Id", "Name"))
    assert rows == [("1", "a"), ("2", "b")]


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"no workbook")
    with pytest.raises(ConnectorError) as caught:
        read(path)
    assert caught.value.where == "broken.xlsx"


def test_unknown_ending_names_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"")
    with pytest.raises(ConnectorError, match=r"known are \.csv"):
        read(path)
