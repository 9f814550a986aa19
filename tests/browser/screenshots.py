"""Pictures of the main pages of a running portal, in both themes and on desktop and phone.

python -m tests.browser.screenshots --portal http://127.0.0.1:8000 --password … [--into folder]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from accounts.grants import DEMO_DOMAIN, DEMO_PASSWORD  # noqa: E402 - models need the set-up above

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
# role -> name of the picture -> address; "first … of …" is found on the page named, "tab …" belongs to the one before
PAGES = {
    "sales": {"home": "/", "customers": "/customers/"},
    "finance": {
        "customer": "first customer of /customers/?has_overdue=true",
        "sales": "tab sales",
        "finance": "tab finance",
        "receivables": "/receivables/",
    },
    "executive": {"leadership": "/", "q2c": "/q2c/", "health": "/health/"},
    "operations": {"products": "/products/"},
    "steward": {"card": "first task of /queue/?kind=duplicate"},
    "operator": {"sync": "/sync/"},
}
# What the README shows.
SHOWN = {
    "customer-desktop-light": "customer",
    "leadership-desktop-dark": "home",
    "card-desktop-light": "duplicate",
}
FIRST = {
    "customer": ".customers .name",
    "task": "table [data-row] .name",
}


def main() -> None:
    """Take them all."""
    options = read_options()
    options.into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for name in take_all(browser, options):
            print(name)
        browser.close()


def read_options() -> argparse.Namespace:
    """Where the portal is, how to log in, and where the pictures go."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portal", default=f"http://127.0.0.1:{os.environ.get('PORTAL_PORT', '8000')}")
    parser.add_argument("--password", default=DEMO_PASSWORD)
    parser.add_argument("--email", default="{role}@" + DEMO_DOMAIN, help="e-mail of a role's login")
    parser.add_argument("--into", type=Path, default=Path("screenshots"))
    parser.add_argument("--readme", type=Path, help="folder that also gets the README's pictures")
    parser.add_argument("--chromium", default=os.environ.get("CHROMIUM") or shutil.which("chromium"))
    return parser.parse_args()


def take_all(browser: Browser, options: argparse.Namespace) -> Iterator[Path]:
    """Each page of each role, in each theme and size."""
    for theme, (size, (width, height)) in product(THEMES, SIZES.items()):
        for role, pages in PAGES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, locale="en-GB"
            )
            page = log_in(context.new_page(), role, options)
            for name, address in pages.items():
                if open_page(page, options.portal, address):
                    path = take(page, options.into / f"{name}-{size}-{theme}.png")
                    if options.readme and path.stem in SHOWN:
                        shutil.copy(path, options.readme / f"{SHOWN[path.stem]}.png")
                    yield path
            context.close()


def log_in(page: Page, role: str, options: argparse.Namespace) -> Page:
    """The page, logged in as the role's demo person."""
    page.goto(f"{options.portal}/login/")
    page.get_by_label("E-mail").fill(options.email.format(role=role))
    page.get_by_label("Password").fill(options.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def open_page(page: Page, portal: str, address: str) -> bool:
    """Go there; False where the page before names nothing to go to."""
    if address.startswith("tab "):
        customer = re.match(r".*/customers/\d+/", page.url)
        page.goto(f"{customer[0]}{address.removeprefix('tab ')}/" if customer else portal)
        return customer is not None
    if not address.startswith("first "):
        page.goto(portal + address)
        return True
    what, _, where = address.removeprefix("first ").partition(" of ")
    page.goto(portal + where)
    found = page.locator(FIRST[what]).first
    if not found.count():
        return False
    page.goto(portal + str(found.get_attribute("href")))
    return True


def take(page: Page, path: Path) -> Path:
    """The picture, once charts have been drawn."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    page.screenshot(path=path)
    return path


if __name__ == "__main__":
    main()
