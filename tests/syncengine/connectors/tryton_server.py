"""A real Tryton for tests: installed from PyPI once, seeded once, and copied for each run."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from syncengine.connectors.tryton.client import TrytonClient

SERIES = "8.2"
PACKAGES = (
    "trytond",
    "proteus",
    "trytond-party",
    "trytond-product",
    "trytond-company",
    "trytond-currency",
    "trytond-sale",
    "trytond-sale-opportunity",
    "trytond-account-invoice",
    "trytond-account-invoice-stock",
    "trytond-stock",
)
MODULES = [
    "currency",
    "party",
    "product",
    "company",
    "account",
    "account_product",
    "account_invoice",
    "account_invoice_stock",
    "stock",
    "sale",
    "sale_opportunity",
]
DATABASE = "erp"
PASSWORD = "admin"
SEED = Path(__file__).with_name("tryton_seed.py")
START_SECONDS = 60
PR_SET_PDEATHSIG = 1


class TrytonServer:
    """A running Tryton on 127.0.0.1: `connection` is what a source declares; the rest changes things."""

    def __init__(self, environment: Path, folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.connection = {"url": self.url, "database": DATABASE, "user": "admin", "password": PASSWORD}
        self.client = TrytonClient(**self.connection)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        config = write_config(self.folder, self.port)
        with (self.folder / "server.log").open("ab") as log:
            command = [self.environment / "bin" / "trytond", "-c", config, "-d", DATABASE]
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, preexec_fn=die_with_parent
            )
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = (self.folder / "server.log").read_text()[-2000:]
                raise RuntimeError(f"Tryton did not start:\n{tail}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server."""
        self.client.http.close()
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)

    def call(self, model: str, method: str, *params: Any) -> Any:
        """Call a method of a model as the administrator, warnings answered with yes."""
        return self.rpc(f"model.{model}.{method}", *params, self.client.context)

    def rpc(self, method: str, *params: Any) -> Any:
        """Call a method; a question that Tryton asks back is answered with yes."""
        self.client.call("model.res.user.get_preferences", True, {})
        while True:
            body = self.client._post(method, params, self.client.session).json()
            error = body.get("error")
            if not error:
                return body["result"]
            if error[0] != "UserWarning":
                raise RuntimeError(f"{method}: {error}")
            self.client.model("res.user.warning", "skip", error[1][0], False)

    def create(self, model: str, **values: Any) -> int:
        """Create one record and return its id."""
        return int(self.call(model, "create", [values])[0])

    def write(self, model: str, record: int, **values: Any) -> None:
        """Change one record."""
        self.call(model, "write", [record], values)

    def delete(self, model: str, record: int) -> None:
        """Delete one record."""
        self.call(model, "delete", [record])

    def find(
        self, model: str, domain: Sequence[Any] = (), fields: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """Return the records of a domain, in order of their ids."""
        rows = self.call(model, "search_read", list(domain), 0, None, [["id", "ASC"]], ["id", *fields])
        return list(rows)

    def create_customer(self, name: str, *, city: str = "Berlin", phone: str = "", email: str = "") -> int:
        """Create a customer in Germany and return its id."""
        country = self.find("country.country", [["code", "=", "DE"]])[0]["id"]
        ways = [{"type": t, "value": v} for t, v in (("phone", phone), ("email", email)) if v]
        address = {"street": "Neue Str. 1", "postal_code": "10115", "city": city, "country": country}
        return self.create(
            "party.party",
            name=name,
            addresses=[["create", [address]]],
            contact_mechanisms=[["create", ways]] if ways else [],
        )

    def create_order(self, party: int, *, quantity: float = 2.0) -> int:
        """Create and confirm an order of one product, invoiced at once; return its id."""
        product = self.find("product.product", [], ["list_price_used", "default_uom"])[0]
        address = self.find("party.address", [["party", "=", party]])[0]["id"]
        line = {
            "type": "line",
            "product": product["id"],
            "quantity": quantity,
            "unit": product["default_uom"],
            "unit_price": product["list_price_used"],
        }
        order = self.create(
            "sale.sale",
            party=party,
            invoice_address=address,
            shipment_address=address,
            payment_term=self.find("account.invoice.payment_term")[0]["id"],
            invoice_method="order",
            lines=[["create", [line]]],
        )
        self.call("sale.sale", "quote", [order])
        self.call("sale.sale", "confirm", [order])
        return order

    def invoices_of(self, order: int) -> list[int]:
        """Return the ids of an order's invoices."""
        return [row["id"] for row in self.find("account.invoice", [["sales", "=", order]])]

    def post_invoice(self, invoice: int) -> None:
        """Post a draft invoice with today's date."""
        self.call("account.invoice", "post", [invoice])

    def credit_invoice(self, invoice: int) -> int:
        """Credit a posted invoice in full and return the id of the posted credit note."""
        (credit,) = self.call("account.invoice", "copy", [invoice])
        for line in self.find("account.invoice.line", [["invoice", "=", credit]], ["quantity"]):
            self.write("account.invoice.line", line["id"], quantity=-line["quantity"])
        self.post_invoice(credit)
        return int(credit)

    def pay_invoice(self, invoice: int) -> None:
        """Pay a posted invoice in full, in cash."""
        context = {
            **self.client.context,
            "active_model": "account.invoice",
            "active_id": invoice,
            "active_ids": [invoice],
        }
        wizard = "wizard.account.invoice.pay"
        session, start, _ = self.rpc(f"{wizard}.create", context)
        view = self.rpc(f"{wizard}.execute", session, {}, start, context)["view"]
        given = {name: value for name, value in view["defaults"].items() if not name.endswith(".")}
        form = {**given, "payment_method": self.find("account.invoice.payment.method")[0]["id"]}
        self.rpc(f"{wizard}.execute", session, {view["state"]: form}, "choice", context)
        self.rpc(f"{wizard}.delete", session, {})


def die_with_parent() -> None:
    """Let the kernel end this process with its parent, also when a killed test run cannot."""
    with suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether somebody listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def write_config(folder: Path, port: int) -> Path:
    """Write Tryton's configuration for a database in this folder."""
    path = folder / "trytond.conf"
    path.write_text(
        f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\nnum_proxies = 0\n"
    )
    return path


def cache_folder() -> Path:
    """Return where the installed environment and the seeded database are kept between runs."""
    root = os.environ.get("PORTAL_TEST_CACHE") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    told = "".join([SERIES, *PACKAGES, sys.version[:4]])
    return Path(root).expanduser() / "portal-tests" / f"tryton-{digest(told)}"


def digest(told: str) -> str:
    """Return a short name for what this text tells."""
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def prepare() -> tuple[Path, Path]:
    """Return an environment with Tryton and a seeded database; skip where they cannot be had."""
    if os.environ.get("PORTAL_SKIP_TRYTON") == "1":
        pytest.skip("PORTAL_SKIP_TRYTON=1: tests with a real Tryton are left out")
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            install(folder / "venv")
            (folder / "installed").touch()
        seeded = folder / f"{digest(SEED.read_text() + repr(MODULES))}.sqlite"
        if not seeded.exists():
            seed(folder, seeded)
    return folder / "venv", seeded


def install(environment: Path) -> None:
    """Install Tryton into an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
    names = [f"{name}=={SERIES}.*" for name in PACKAGES]
    done = subprocess.run(
        [environment / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *names, "python-stdnum"],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        pytest.skip(f"a real Tryton cannot be installed from PyPI here: {reason}")


def seed(folder: Path, target: Path) -> None:
    """Build the database once; runs work on copies."""
    work = folder / "seed"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    config = write_config(work, 0)
    (work / "password").write_text(PASSWORD)
    (work / f"{DATABASE}.sqlite").touch()
    variables = {**os.environ, "TRYTONPASSFILE": str(work / "password")}
    admin = [folder / "venv" / "bin" / "trytond-admin", "-c", config, "-d", DATABASE]
    steps = (
        [*admin, "--all", "--email", "admin@example.org", "-l", "en"],
        [*admin, "-u", *MODULES, "--activate-dependencies"],
        [folder / "venv" / "bin" / "python", SEED, config, DATABASE],
    )
    for step in steps:
        done = subprocess.run(step, env=variables, cwd=work, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"Tryton could not be prepared:\n{done.stderr[-3000:]}")
    os.replace(work / f"{DATABASE}.sqlite", target)


@contextmanager
def run_tryton(folder: Path) -> Iterator[TrytonServer]:
    """Run a freshly seeded Tryton in this folder until the block ends."""
    environment, seeded = prepare()
    shutil.copy(seeded, folder / f"{DATABASE}.sqlite")
    server = TrytonServer(environment, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
