"""Policy files made by hand for the tests."""

from __future__ import annotations

import textwrap

from syncengine.policies.load import Checked, check_documents

HEAD = """\
source: crm
label: CRM
kind: files
system: crm
connection: {folder: /data}
streams:
  accounts:
    object: account
    read: {files: "*.csv"}
    key: Id
    fields: {name: Name, currency: Cur, credit_limit: {from: Limit, decimal: ","}}
"""


def check_texts(**texts: str) -> Checked:
    """Files by name, `.yaml` left out, checked without an environment."""
    documents = {f"{name}.yaml": textwrap.dedent(text) for name, text in texts.items()}
    return check_documents(documents, environ={"PORTAL_HOME": "/srv/portal"})


def mistakes_of(**texts: str) -> list[str]:
    """Each mistake as people read it."""
    return [str(mistake) for mistake in check_texts(**texts).mistakes]
