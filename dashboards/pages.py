"""One view gives a full page or the fragment that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from accounts.models import User
from accounts.selectors.snapshot import snapshot
from dashboards.shell import get_shell

Crumb = tuple[str, str | None]
View = Callable[..., HttpResponse]


def reader(request: HttpRequest) -> User:
    """Who asks; every view behind this is for who is logged in."""
    return cast(User, request.user)


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    current: str,
    crumbs: Sequence[Crumb] = (),
    status: int = 200,
) -> HttpResponse:
    """A full page: the template with the frame around it."""
    frame = {"shell": get_shell(reader(request), current), "crumbs": crumbs}
    response = render(request, template, context | frame, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def fragment(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Only the part of the page that changed."""
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def wants(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for just the element of that id."""
    return bool(request.htmx) and request.htmx.target == target  # type: ignore[attr-defined]


def reads(view: View) -> View:
    """A page for who is logged in, read in one moment."""

    @login_required
    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with snapshot():
            return view(request, *args, **kwargs)

    return read


def allowed(rule: Callable[[User], bool]) -> Callable[[View], View]:
    """Lets only users through for whom the rule holds."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not rule(reader(request)):
                raise PermissionDenied
            with snapshot() if request.method == "GET" else nullcontext():
                return view(request, *args, **kwargs)

        return guarded

    return decorate
