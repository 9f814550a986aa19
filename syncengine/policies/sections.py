"""YAML read with its line numbers: typed getters that note a mistake instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from accounts.catalogue.loader import LOADER
from syncengine.policies.mistakes import Mistakes, did_you_mean
from syncengine.policies.schedules import parse_duration

VARIABLE = re.compile(r"\$\{(\w+)\}")
TRUE_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass
class Document:
    """One file being read: where mistakes go and what `${NAME}` stands for."""

    file: str
    mistakes: Mistakes
    variables: Mapping[str, str | None] = field(default_factory=dict)

    def mistake(self, node: Node, problem: str, remedy: str = "") -> None:
        """Note a mistake at a node's line."""
        self.mistakes.add(self.file, node.start_mark.line + 1, problem, remedy)

    def expand(self, node: Node, text: str) -> str:
        """The text with declared variables filled in; one without a value stays for the run to fill."""
        for name in VARIABLE.findall(text):
            if name not in self.variables:
                self.mistake(node, f"${{{name}}} is not declared", did_you_mean(name, self.variables))
        return VARIABLE.sub(lambda match: self.variables.get(match[1]) or match[0], text)

    def plain(self, node: Node) -> Any:
        """A node as plain Python data, variables filled in."""
        if isinstance(node, MappingNode):
            return {key.value: self.plain(value) for key, value in node.value}
        if isinstance(node, SequenceNode):
            return [self.plain(item) for item in node.value]
        if node.tag == "tag:yaml.org,2002:str":
            return self.expand(node, node.value)
        try:
            return SafeConstructor().construct_object(node)
        except (ConstructorError, ValueError) as error:
            self.mistake(node, f"“{node.value}” cannot be read ({error})", "put it in quotes")
            return node.value


class Section:
    """A mapping of a file. Each getter takes its key away; `done` reports the keys nobody asked for."""

    def __init__(self, document: Document, node: Node, what: str) -> None:
        self.document, self.node, self.what = document, node, what
        self.asked: dict[str, None] = {}
        self.entries: dict[str, tuple[Node, Node]] = {}
        if isinstance(node, MappingNode):
            SafeConstructor().flatten_mapping(node)
            for key, value in node.value:
                self._enter(key, value)
        elif not _is_null(node):
            self.mistake(node, f"{what} must be a list of `name: value` lines, not {_form(node)}")

    def _enter(self, key: Node, value: Node) -> None:
        if not isinstance(key, ScalarNode):
            self.mistake(key, f"a name in {self.what} must be a word")
        elif key.value in self.entries:
            first = self.entries[key.value][0].start_mark.line + 1
            self.mistake(key, f"“{key.value}” stands twice in {self.what}", f"it is also in line {first}")
        else:
            self.entries[key.value] = (key, value)

    def mistake(self, node: Node | None, problem: str, remedy: str = "") -> None:
        """Note a mistake, at this section where no node is at hand."""
        self.document.mistake(node or self.node, problem, remedy)

    def at(self, name: str) -> Node | None:
        """The node behind a name, or None."""
        self.asked[name] = None
        entry = self.entries.get(name)
        return None if entry is None or _is_null(entry[1]) else entry[1]

    def names(self) -> Iterator[tuple[str, Node, Node]]:
        """Every name with its own node and its value's: for sections whose names are free."""
        for name, (key, value) in self.entries.items():
            self.asked[name] = None
            yield name, key, value

    def text(self, name: str, default: str | None = None, *, needed: bool = False) -> str | None:
        """A word or text as it stands, never read as a number or truth."""
        node = self.at(name)
        if node is None:
            if needed:
                self.mistake(None, f"{self.what} needs `{name}`", f"add `{name}: …`")
            return default
        if not isinstance(node, ScalarNode):
            self.mistake(node, f"`{name}` must be one text, not {_form(node)}")
            return default
        return self.document.expand(node, node.value)

    def word(self, name: str, default: str = "", *, needed: bool = False) -> str:
        """A text that is never missing."""
        return self.text(name, default, needed=needed) or default

    def one_of(self, name: str, known: Any, default: str, *, needed: bool = False) -> str:
        """One of the known words."""
        value = self.text(name, needed=needed)
        if value is None:
            return default
        if value not in known:
            self.mistake(self.at(name), f"`{name}` cannot be “{value}”", did_you_mean(value, known))
            return default
        return value

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.text(name)
        if value is not None and value.lower() not in TRUE_WORDS:
            self.mistake(self.at(name), f"`{name}` must be true or false, not “{value}”")
        return TRUE_WORDS.get((value or "").lower(), default)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        node = self.at(name)
        if node is None:
            return ()
        items = node.value if isinstance(node, SequenceNode) else [node]
        for item in items:
            if not isinstance(item, ScalarNode):
                self.mistake(item, f"`{name}` must be a list of texts; it holds {_form(item)}")
        return tuple(self.document.expand(i, i.value) for i in items if isinstance(i, ScalarNode))

    def duration(self, name: str, default: timedelta) -> timedelta:
        """A stretch of time such as `30 minutes`."""
        text = self.text(name)
        found = None if text is None else parse_duration(text)
        if text is not None and found is None:
            problem = f"`{name}: {text}` is not a stretch of time"
            self.mistake(self.at(name), problem, "write it like “30 minutes”")
        return default if found is None else found

    def number(self, name: str, *, lowest: Decimal = Decimal(0)) -> Decimal | None:
        """A number at or above the lowest, or None."""
        text = self.text(name)
        if text is None:
            return None
        try:
            found = Decimal(text)
        except InvalidOperation:
            self.mistake(self.at(name), f"`{name}: {text}` is not a number")
            return None
        if not found.is_finite() or found < lowest:
            self.mistake(self.at(name), f"`{name}: {text}` must be {lowest} or more")
            return None
        return found

    def whole(self, name: str) -> int | None:
        """A whole number of zero or more, or None."""
        found = self.number(name)
        if found is not None and found != int(found):
            self.mistake(self.at(name), f"`{name}: {found}` must be a whole number")
        return None if found is None else int(found)

    def section(self, name: str, what: str, *, needed: bool = False) -> Section | None:
        """A mapping below this one."""
        node = self.at(name)
        if node is None:
            if needed:
                self.mistake(None, f"{self.what} needs `{name}`", f"add `{name}:` with its entries below")
            return None
        return Section(self.document, node, what)

    def sections(self, name: str, what: str) -> list[Section]:
        """A list of mappings below this one."""
        node = self.at(name)
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.mistake(node, f"`{name}` must be a list (lines that begin with “- ”), not {_form(node)}")
            return []
        return [Section(self.document, item, what) for item in node.value]

    def plain(self, name: str) -> dict[str, Any]:
        """A free mapping as plain data."""
        node = self.at(name)
        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            self.mistake(node, f"`{name}` must be a list of `name: value` lines, not {_form(node)}")
            return {}
        return dict(self.document.plain(node))

    def done(self) -> None:
        """Report names this section does not know."""
        for name, (key, _) in self.entries.items():
            if name not in self.asked:
                self.mistake(key, f"{self.what} does not know `{name}`", did_you_mean(name, self.asked))


def compose(document: Document, text: str) -> Section | None:
    """The file's top mapping, or None where it is no YAML at all or empty."""
    try:
        node = _composed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "this is not YAML"
        line = (mark.line + 1) if mark else 1
        document.mistakes.add(document.file, line, str(problem), "check quotes, colons and indentation")
        return None
    return None if node is None else Section(document, node, "the file")


def _composed(text: str) -> Node | None:
    """The nodes of a file; a mistake is told by the loader whose sentences people know."""
    try:
        return yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _form(node: Node) -> str:
    if isinstance(node, MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, SequenceNode) else f"“{node.value}”"
