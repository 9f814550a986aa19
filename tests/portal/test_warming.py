"""A worker knows every page before it is asked for one."""

from __future__ import annotations

from django.template import engines

from portal.warming import list_templates, warm_up


def test_every_template_compiles_and_is_kept() -> None:
    kept = engines["django"].engine.template_loaders[0].get_template_cache  # type: ignore[attr-defined]

    count = warm_up()

    assert count == len(list_templates()) > 100
    assert {name for name in list_templates() if name not in kept} == set()
