"""The company's rules: versions and documents, drafts through their four steps, and the data dictionary."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboards.pages import Crumb, allowed, page, reader
from dashboards.panels import rules as panel
from syncengine.models import PolicyDraft, PolicyVersion
from syncengine.selectors.policies import applying, may_see_rules
from syncengine.selectors.quality import list_quality
from syncengine.selectors.sync import may_see_runs

FILE = "file"
BASE = ".base"  # as the command writes it: what these files were before somebody edits them
STEPS = ("plan", "apply")
FILES = ("add", "remove")


@allowed(may_see_rules)
def rules(request: HttpRequest) -> HttpResponse:
    """What is in force, what somebody wants instead, and how it came about."""
    context = {
        "documents": panel.list_documents(),
        "drafts": panel.list_drafts(),
        "versions": panel.list_versions(),
        "applying": applying(),
        "may_edit": panel.may_edit(reader(request)),
        "contests": panel.list_contests(),
        "quality": list_quality(today=timezone.now().date()),
        "opens_sources": may_see_runs(reader(request)),
    }
    return page(request, "dashboards/rules/page.html", context, current="rules", crumbs=[("Rules", None)])


@allowed(may_see_rules)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version: what it changed, and every document of it."""
    found = get_object_or_404(PolicyVersion.objects.select_related("applied_by"), number=number)
    context = {
        "version": found,
        "differences": panel.differences_of(found),
        "documents": sorted(found.documents.items()),
        "may_edit": panel.may_edit(reader(request)),
        "in_force": panel.in_force() == number,
    }
    crumbs: list[Crumb] = [("Rules", reverse("rules")), (f"Version {number}", None)]
    return page(request, "dashboards/rules/version.html", context, current="rules", crumbs=crumbs)


@allowed(may_see_rules)
def documents(request: HttpRequest, number: int) -> HttpResponse:
    """The documents of a version as files, as `policies pull` writes them."""
    found = get_object_or_404(PolicyVersion, number=number)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for name, text in (*sorted(found.documents.items()), (BASE, f"{number}\n")):
            files.writestr(name, text)
    name = f'attachment; filename="policies-{number}.zip"'
    return HttpResponse(packed.getvalue(), content_type="application/zip", headers={"Content-Disposition": name})


@allowed(may_see_rules)
def draft(request: HttpRequest, id: int) -> HttpResponse:
    """One draft: its text, its mistakes, its plan, and whose turn it is."""
    found = get_object_or_404(PolicyDraft.objects.select_related("edited_by", "judged_by", "version"), pk=id)
    name = request.GET.get(FILE) or panel.first_changed(found)
    if name not in found.documents and found.documents:
        raise Http404("No such document.")
    context = {"draft": found, "file": name, **panel.draft_context(found, name, reader(request))}
    crumbs: list[Crumb] = [("Rules", reverse("rules")), (f"Draft {id}", None)]
    return page(request, "dashboards/rules/draft.html", context, current="rules", crumbs=crumbs)


@require_POST
@allowed(may_see_rules)
def edit(request: HttpRequest) -> HttpResponse:
    """A new draft of what is in force, or of an earlier version."""
    from syncengine.policies import drafts  # late: loads Polars, which no other page needs

    user, now = reader(request), timezone.now()
    try:
        if request.POST.get("version", "").isdecimal():
            made = drafts.draft_of_version(number=int(request.POST["version"]), user=user, now=now)
        else:
            made = drafts.save_draft(documents=panel.documents_in_force(), user=user, now=now)
    except drafts.NotAllowed as error:
        messages.error(request, str(error))
        return redirect("rules")
    place = request.POST.get(FILE, "")
    return redirect(_address(made.pk, place if place in made.documents else ""))


@require_POST
@allowed(may_see_rules)
def act(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """One step of a draft: save, add or remove a file, plan, approve, reject, withdraw, apply."""
    from syncengine.policies import drafts  # late: loads Polars, which no other page needs

    get_object_or_404(PolicyDraft, pk=id)
    try:
        _take_step(request, id, act)
    except drafts.NotAllowed as error:
        messages.error(request, str(error))
    name = request.POST.get(FILE, "")
    return redirect(_address(id, name if name in PolicyDraft.objects.get(pk=id).documents else ""))


def _take_step(request: HttpRequest, id: int, act: str) -> None:
    from syncengine.policies import drafts  # late: loads Polars, which no other page needs

    who: dict[str, Any] = {"draft_id": id, "user": reader(request), "now": timezone.now()}
    reason = request.POST.get("reason", "").strip()
    if act == "save":
        _save(request, who)
    elif act in FILES:
        _change_files(request, act, who)
    elif act == "approve":
        drafts.approve_draft(**who, reason=reason)
        messages.success(request, "Approved. It can be applied now.")
    elif act == "reject":
        drafts.reject_draft(**who, reason=reason)
        messages.success(request, "Rejected. The author sees your reason.")
    elif act == "withdraw":
        drafts.withdraw_draft(**who)
        messages.success(request, "Withdrawn.")
    elif act in STEPS:
        drafts.begin(step=act, **who)
    else:
        raise Http404("No such step.")


def _save(request: HttpRequest, who: dict[str, Any]) -> None:
    from syncengine.policies import drafts  # late: loads Polars, which no other page needs

    found = PolicyDraft.objects.get(pk=who["draft_id"])
    name, text = request.POST.get(FILE, ""), request.POST.get("text", "").replace("\r\n", "\n")
    if name not in found.documents:
        raise Http404("No such document.")
    documents, note = {**found.documents, name: text}, request.POST.get("note", "").strip()
    if documents == found.documents and note == found.note:
        messages.info(request, "Nothing was changed.")
        return
    drafts.save_draft(documents=documents, note=note, **who)
    mistakes = drafts.mistakes_of(documents)
    if mistakes:
        messages.error(request, f"Saved with {len(mistakes)} mistake{'' if len(mistakes) == 1 else 's'}.")
    else:
        messages.success(request, "Saved; no mistakes.")


def _change_files(request: HttpRequest, act: str, who: dict[str, Any]) -> None:
    from syncengine.policies.documents import add_document, remove_document  # late, as above

    name = request.POST.get(FILE, "").strip()
    if act == "add":
        add_document(name=name, preset=request.POST.get("preset", ""), **who)
        messages.success(request, f"{name} is part of the draft now.")
    else:
        remove_document(name=name, **who)
        messages.success(request, f"{name} is no part of the draft any more.")


def _address(id: int, name: str) -> str:
    return reverse("rule_draft", args=[id]) + (f"?{FILE}={name}" if name else "")


@allowed(lambda user: user.is_active)
def dictionary(request: HttpRequest) -> HttpResponse:
    """Every field: what it means, who owns it, where it comes from, by which rule, and who may see it."""
    context = panel.dictionary_context(reader(request), request.GET.get("object", ""), request.GET.get("q", ""))
    return page(request, "dashboards/rules/dictionary.html", context, current="dictionary")
