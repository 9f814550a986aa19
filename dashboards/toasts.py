"""What a page says after something was done: a toast, with Undo where it can be taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def say(request: HttpRequest, words: str, undo: str = "") -> None:
    """A toast with the next answer; `undo` is a ticket."""
    messages.success(request, words, extra_tags=undo)


def back(request: HttpRequest, fallback: str = "/") -> HttpResponseRedirect:
    """To where the person came from, if that is a page of ours."""
    target = request.POST.get("next", "") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(target if safe else fallback)
