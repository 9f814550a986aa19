"""Answers to drift as edits of policy text: a column that got a new name, a new one to map, a new value to translate.

The text keeps its comments and its form; only the words concerned change. What is made is a draft like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

PLAIN = re.compile(r"[A-Za-z_][\w .\-/]*\w|[A-Za-z_]")


class NotMappable(ValueError):
    """The policies have no place where this can be written."""


def renamed(documents: Mapping[str, str], *, source: str, stream: str, column: str, to: str) -> dict[str, str]:
    """Policy texts in which a stream reads another column wherever it read this one."""
    file, found = _stream(documents, source, stream)
    nodes = [node for node in _columns(found) if node.value == column]
    if not nodes:
        raise NotMappable(f"{source}.{stream} does not read {column} by its name.")
    return {**documents, file: _edited(documents[file], [(n, _written(to)) for n in nodes])}


def mapped(documents: Mapping[str, str], *, source: str, stream: str, column: str, field: str) -> dict[str, str]:
    """Policy texts in which a stream makes a field of a column."""
    file, found = _stream(documents, source, stream)
    fields = _value(found, "fields")
    if not isinstance(fields, MappingNode) or not fields.value:
        raise NotMappable(f"{source}.{stream} has no list of fields to add to.")
    if _value(fields, field) is not None:
        raise NotMappable(f"{field} is mapped already; edit its line in the policy.")
    line = f"{field}: {_written(column)}"
    text, last = documents[file], fields.value[-1][1]
    if fields.flow_style:
        place = last.end_mark.index
        return {**documents, file: f"{text[:place]}, {line}{text[place:]}"}
    place = text.find("\n", _end(last))
    head, tail = (text, "") if place < 0 else (text[:place], text[place:])
    return {**documents, file: f"{head}\n{' ' * fields.value[0][0].start_mark.column}{line}{tail}"}


def translated(
    documents: Mapping[str, str], *, source: str, stream: str, column: str, value: str, to: str
) -> dict[str, str]:
    """Policy texts in which a value of a column that feeds one field becomes one of the field's own words."""
    file, found = _stream(documents, source, stream)
    fields = _value(found, "fields")
    entries = fields.value if isinstance(fields, MappingNode) else []
    reading = [(key, node) for key, node in entries if column in [n.value for n in _columns(node)]]
    if len(reading) != 1:
        raise NotMappable(f"{column} does not feed exactly one field; edit the policy.")
    node, text = reading[0][1], documents[file]
    pair = f"{_written(value)}: {_written(to)}"
    if isinstance(node, ScalarNode):
        return {**documents, file: _edited(text, [(node, f"{{from: {_written(column)}, values: {{{pair}}}}}")])}
    values = _value(node, "values")
    if isinstance(values, MappingNode) and values.value and values.flow_style:
        place = values.value[-1][1].end_mark.index
        return {**documents, file: f"{text[:place]}, {pair}{text[place:]}"}
    if values is None and isinstance(node, MappingNode) and node.flow_style:
        place = node.value[-1][1].end_mark.index
        return {**documents, file: f"{text[:place]}, values: {{{pair}}}{text[place:]}"}
    raise NotMappable(f"The translation of {column} has a form that only a person should edit.")


def _stream(documents: Mapping[str, str], source: str, stream: str) -> tuple[str, MappingNode]:
    """The file and the section of a stream."""
    for file, text in documents.items():
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        named = _value(root, "source")
        found = _value(_value(root, "streams"), stream)
        if isinstance(named, ScalarNode) and named.value == source and isinstance(found, MappingNode):
            return file, found
    raise NotMappable(f"{source}.{stream} does not stand in the policies by itself.")


def _value(node: Node | None, name: str) -> Node | None:
    entries = node.value if isinstance(node, MappingNode) else []
    return next((value for key, value in entries if key.value == name), None)


def _columns(node: Node) -> Iterator[ScalarNode]:
    """Words that may name a column: values, never names, of a stream's section."""
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _columns(item)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value not in ("object", "values", "value", "default", "read", "rule", "validate"):
                yield from _columns(value)


def _edited(text: str, changes: list[tuple[ScalarNode, str]]) -> str:
    for node, word in sorted(changes, key=lambda change: -change[0].start_mark.index):
        text = text[: node.start_mark.index] + word + text[node.end_mark.index :]
    return text


def _end(node: Node) -> int:
    """Where a block value's last word ends; the node itself reaches to the next line with words."""
    while isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _written(word: str) -> str:
    """A word as YAML takes it."""
    told = PLAIN.fullmatch(word) and isinstance(yaml.safe_load(word), str)
    return word if told else json.dumps(word, ensure_ascii=False)
