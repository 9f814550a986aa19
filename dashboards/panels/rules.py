"""How policies read on the rules pages: documents, drafts with their steps, versions, the dictionary."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.access import treatment
from accounts.catalogue import classes, load
from accounts.models import User
from syncengine.models import PolicyDraft, PolicyVersion
from syncengine.policies.current import current_policies, current_version, policies_of
from syncengine.policies.differences import Difference, compare
from syncengine.policies.shapes import PolicySet
from syncengine.selectors.contests import Contest, list_contested
from syncengine.selectors.policies import Entry, list_dictionary

SHOWN = 20
OPEN = ("draft", "planning", "planned", "approved", "applying")
PRESETS = {"files": "A folder of files", "sql": "A database", "tryton": "Tryton"}
TONES = {
    "draft": "", "planning": "accent", "planned": "accent", "approved": "ok", "applying": "accent",
    "applied": "ok", "rejected": "bad", "withdrawn": "",
}  # fmt: skip
KINDS = {"survivorship": "Survivorship", "reference": "Reference tables", "approvals": "Approvals"}
SEES = {"full": "in full", "summary": "as a summary", "masked": "masked", "none": "hidden", "consent": "with consent"}


@dataclass(frozen=True)
class Document:
    """One policy file in force."""

    name: str
    kind: str
    lines: int


@dataclass(frozen=True)
class Line:
    """One line of a difference between two texts."""

    mark: str
    text: str


@dataclass(frozen=True)
class Mark:
    """One mistake as the page shows it: the line, and the words."""

    file: str
    line: int
    text: str


def list_documents() -> list[Document]:
    """The files in force with what each is about."""
    policies = current_policies()
    return [_document(name, text, policies) for name, text in sorted(documents_in_force().items())]


def documents_in_force() -> dict[str, str]:
    """The texts in force by file name."""
    version = current_version()
    return dict(version.documents) if version else {}


def in_force() -> int | None:
    """The number of the version in force."""
    return current_policies().number


def _document(name: str, text: str, policies: PolicySet) -> Document:
    stem = name.rsplit("/", 1)[-1].split(".")[0]
    source = policies.sources.get(stem)
    streams = len(source.streams) if source else 0
    kind = f"{source.label}: {streams} stream{'' if streams == 1 else 's'}" if source else KINDS.get(stem, "Rules")
    return Document(name, kind, text.count("\n"))


def list_drafts() -> Sequence[PolicyDraft]:
    """Drafts that somebody still has to do something about; plans of the command line are nobody's draft."""
    found = PolicyDraft.objects.filter(state__in=OPEN, edited_by__isnull=False).select_related("edited_by", "judged_by")
    return list(found.order_by("-pk")[:SHOWN])


def list_versions() -> Sequence[PolicyVersion]:
    """The latest versions."""
    found = PolicyVersion.objects.select_related("applied_by").defer("documents", "plan")
    return list(found.order_by("-number")[:SHOWN])


def list_contests() -> Sequence[Contest]:
    """Systems that keep changing what they do not own."""
    return list_contested()


def differences_of(version: PolicyVersion) -> Sequence[Difference]:
    """What a version changed."""
    before = PolicyVersion.objects.filter(number=version.base).first() if version.base else None
    return compare(policies_of(before) if before else PolicySet(), policies_of(version))


def first_changed(draft: PolicyDraft) -> str:
    """The file that a draft changes first, else its first file."""
    base = _base(draft)
    changed = [name for name in sorted(draft.documents) if draft.documents[name] != base.get(name)]
    return next(iter(changed or sorted(draft.documents)), "")


def draft_context(draft: PolicyDraft, name: str, user: User) -> dict[str, Any]:
    """Everything the page of a draft shows."""
    from syncengine.policies import drafts  # late: loads Polars, which the other rules pages don't need
    from syncengine.policies.documents import list_presets

    base = _base(draft)
    own = draft.edited_by_id == user.pk
    mistakes = [Mark(m.file, m.line, _words(m.problem, m.remedy)) for m in drafts.mistakes_of(draft.documents)]
    two_people = current_policies().approvals.two_people
    return {
        "text": draft.documents.get(name, ""),
        "files": [(n, draft.documents[n] != base.get(n)) for n in sorted(draft.documents)],
        "gone": sorted(set(base) - set(draft.documents)),
        "presets": [(name, PRESETS.get(name, name)) for name in list_presets()],
        "lines": list(_diff(base.get(name, ""), draft.documents.get(name, ""))),
        "mistakes": mistakes,
        "tone": TONES[draft.state],
        "steps": list(_steps(draft, bool(mistakes), two_people)),
        "plan": draft.plan if treatment(user, "provenance") == "full" or drafts.may_edit(user) else None,
        "own": own,
        "two_people": two_people,
        "stale": draft.state in OPEN and draft.base != in_force(),
        "may_edit": drafts.may_edit(user) and draft.state in drafts.OPEN,
        "may_judge": drafts.may_approve(user) and not own and draft.state == "planned",
        "may_apply": draft.state == "approved" or (draft.state == "planned" and not two_people),
    }


def judged_view(draft: PolicyDraft) -> dict[str, Any]:
    """What the second person sees of a draft: its changed lines, its plan, and whether it can still be applied."""
    base = _base(draft)
    changed = [name for name in sorted({*base, *draft.documents}) if draft.documents.get(name) != base.get(name)]
    return {
        "draft": draft,
        "plan": draft.plan,
        "stale": draft.base != in_force(),
        "changed": [(name, list(_diff(base.get(name, ""), draft.documents.get(name, "")))) for name in changed],
    }


def _steps(draft: PolicyDraft, wrong: bool, two_people: bool) -> Iterator[tuple[str, str, str]]:
    """The four steps with where the draft stands: done, now or to come."""
    known = {"planning": 1, "planned": 2, "approved": 3, "applying": 3, "applied": 4}
    reached = known.get(draft.state, 0 if wrong else 1)
    words = ("Edited and checked", "Planned", "Approved by a second person" if two_people else "Seen", "Applied")
    for place, word in enumerate(words):
        yield word, word, "done" if place < reached else "now" if place == reached else "next"


def may_edit(user: User) -> bool:
    """Whose work the rules are."""
    return user.role in ("steward", "administrator")


def _base(draft: PolicyDraft) -> Mapping[str, str]:
    version = PolicyVersion.objects.filter(number=draft.base).first() if draft.base else None
    return version.documents if version else {}


def _words(problem: str, remedy: str) -> str:
    return f"{problem}; {remedy}" if remedy else problem


def _diff(before: str, after: str) -> Sequence[Line]:
    """Lines that differ, with a little of what stands around them."""
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return [Line(line[:1], line[1:]) for line in told if not line.startswith(("---", "+++"))]


def _searched(entry: Entry) -> str:
    return f"{entry.field.name} {entry.field.label} {entry.field.meaning} {entry.rule}".casefold()


def dictionary_context(user: User, name: str, words: str) -> dict[str, Any]:
    """The fields of one object, or those of its fields that the words find."""
    names = [spec.name for spec in load()]
    chosen = name if name in names else "account"
    entries = list_dictionary(user, chosen)
    wanted = words.strip().casefold()
    if wanted:
        entries = [e for e in entries if wanted in _searched(e)]
    return {
        "objects": [(spec.name, spec.plural, len(spec.fields)) for spec in load()],
        "chosen": chosen,
        "spec": load()[chosen],
        "entries": entries,
        "words": words,
        "sees": SEES,
        "classes": classes(),
        "version": in_force(),
    }
