"""Fills a fresh Tryton with a small trading company; runs inside Tryton's own environment.

python tryton_seed.py CONFIG DATABASE
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
from decimal import Decimal

os.environ["TRYTOND_CONFIG"] = sys.argv[1]

from proteus import Model, config

session = config.set_trytond(sys.argv[2], config_file=sys.argv[1])

from stdnum.iso7064 import mod_11_10  # noqa: E402
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts  # noqa: E402
from trytond.modules.account_invoice.tests.tools import (  # noqa: E402
    create_payment_term,
    set_fiscalyear_invoice_sequences,
)
from trytond.modules.company.tests.tools import create_company  # noqa: E402
from trytond.modules.currency.tests.tools import get_currency  # noqa: E402

GET = Model.get
DICE = random.Random(7)
COUNTRIES = (("DE", "Germany"), ("FR", "France"), ("PL", "Poland"), ("US", "United States"))
CUSTOMERS = (
    ("Brandt Maschinenbau GmbH", "Hauptstr. 12", "20095", "Hamburg", "DE"),
    ("Zöllner & Söhne KG", "Werftweg 3", "28195", "Bremen", "DE"),
    ("Hofer Pumpen AG", "Isarring 88", "80805", "München", "DE"),
    ("Lindenau Chemie GmbH", "Am Hafen 7", "04109", "Leipzig", "DE"),
    ("Société Orléans Façades", "12 rue Royale", "45000", "Orléans", "FR"),
    ("Atelier Girard SARL", "4 quai du Port", "13002", "Marseille", "FR"),
    ("Zakłady Łódzkie Sp. z o.o.", "ul. Piotrkowska 77", "90-423", "Łódź", "PL"),
    ("Nowak Instalacje S.A.", "ul. Długa 5", "31-147", "Kraków", "PL"),
    ("Great Lakes Pumps Inc.", "500 Harbor Ave", "44114", "Cleveland", "US"),
    ("Prairie Water Works LLC", "18 Mill Rd", "66044", "Lawrence", "US"),
)
PRODUCTS = 6
ORDERS = 12


def vat() -> str:
    """Return a German VAT number with a right check digit."""
    digits = str(DICE.randint(10_000_000, 99_999_999))
    return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"


def seed_company() -> None:
    """Create the company with accounts, a tax, a way to be paid and terms."""
    for code, name in COUNTRIES:
        if not GET("country.country").find([("code", "=", code)]):
            GET("country.country")(name=name, code=code).save()
    own = GET("party.party")(name="Nordwind Handel GmbH")
    own.save()
    create_company(party=own, currency=get_currency("EUR"))
    create_chart()
    set_fiscalyear_invoice_sequences(create_fiscalyear()).click("create_period")
    accounts = get_accounts()
    person = GET("party.party")(name="Erika Verkauf")
    person.save()
    employee = GET("company.employee")(party=person)
    employee.save()
    user = GET("res.user")(session.user)
    user.employees.append(GET("company.employee")(employee.id))
    user.employee = GET("company.employee")(employee.id)
    user.save()
    (journal,) = GET("account.journal").find([("type", "=", "cash")])
    cash = accounts["cash"]
    GET("account.invoice.payment.method")(
        name="Cash", journal=journal, credit_account=cash, debit_account=cash
    ).save()
    seed_products(accounts)
    create_payment_term().save()


def seed_products(accounts: dict[str, Model]) -> None:
    """Create some pumps, with stock of each."""
    tax = create_tax(Decimal(".19"))
    tax.save()
    goods = GET("product.category")(name="Goods", accounting=True)
    goods.account_expense, goods.account_revenue = accounts["expense"], accounts["revenue"]
    goods.customer_taxes.append(tax)
    goods.save()
    (unit,) = GET("product.uom").find([("name", "=", "Unit")])
    for number in range(PRODUCTS):
        template = GET("product.template")(
            name=f"Pump P-{number:03d}",
            type="goods",
            default_uom=unit,
            salable=True,
            list_price=Decimal(10 + 7 * number),
            account_category=goods,
        )
        (product,) = template.products
        product.suffix_code = f"SKU-{number:04d}"
        product.description = "Centrifugal pump"
        template.save()
    (storage,) = GET("stock.location").find([("code", "=", "STO")])
    inventory = GET("stock.inventory")(location=storage)
    for product in GET("product.product").find([]):
        inventory.lines.new(product=product).quantity = 1000.0
    inventory.click("confirm")


def seed_customers() -> list[int]:
    """Create the customers with address, e-mail, telephone and VAT number."""
    countries = {c.code: c.id for c in GET("country.country").find([])}
    values = []
    for number, (name, street, postcode, city, country) in enumerate(CUSTOMERS, 1):
        address = {"street": street, "postal_code": postcode, "city": city, "country": countries[country]}
        ways = [
            {"type": "email", "value": f"info@customer{number}.example"},
            {"type": "phone", "value": f"+49 30 {5_550_000 + number}"},
            {"type": "email", "name": f"Buyer {number}", "value": f"buyer@customer{number}.example"},
        ]
        tax = [("create", [{"type": "eu_vat", "code": vat()}])] if country == "DE" else []
        values.append(
            {
                "name": name,
                "addresses": [("create", [address])],
                "contact_mechanisms": [("create", ways)],
                "identifiers": tax,
            }
        )
    made: list[int] = GET("party.party")._proxy.create(values, session.context)
    return made


def seed_deals(customers: list[int]) -> None:
    """Create deals: some stay leads, some become orders, of those some are invoiced, shipped and paid."""
    terms = GET("account.invoice.payment_term").find([], limit=1)[0]
    cash = GET("account.invoice.payment.method").find([], limit=1)[0]
    seller = GET("company.employee").find([], limit=1)[0]
    products = GET("product.product").find([("salable", "=", True)])
    today = dt.date.today()
    first = max(today - dt.timedelta(days=60), dt.date(today.year, 1, 1))
    for number in range(ORDERS):
        day = first + (today - first) * number // ORDERS
        deal = GET("sale.opportunity")(
            party=GET("party.party")(customers[number % len(customers)]),
            description=f"Deal {number}",
            amount=Decimal(500 + 100 * number),
            employee=seller,
            payment_term=terms,
            start_date=day,
        )
        deal.address = deal.party.addresses[0]
        deal.save()
        if number % 4 == 0:
            continue
        deal.click("opportunity")
        line = deal.lines.new()
        line.product, line.quantity = products[number % PRODUCTS], 1 + number % 5
        deal.save()
        if number % 4 == 1:
            continue
        seed_order(deal, day, number, cash)


def seed_order(deal: Model, day: dt.date, number: int, cash: Model) -> None:
    """Turn a deal into an order, post its invoices, pay every second one, ship every third order."""
    (order,) = deal.click("convert")
    order.sale_date, order.invoice_method = day, "order"
    order.save()
    order.click("quote")
    if number % 8 == 2:
        return
    order.click("confirm")
    for invoice in order.invoices:
        invoice.invoice_date = day
        invoice.save()
        invoice.click("post")
        if number % 2:
            pay = invoice.click("pay")
            pay.form.payment_method, pay.form.date = cash, day
            pay.execute("choice")
    for shipment in order.shipments if number % 3 == 0 else ():
        for step in ("assign_try", "pick", "pack", "do"):
            shipment.click(step)


seed_company()
session._context = GET("res.user").get_preferences(True, {})
session.skip_warning = True
seed_deals(seed_customers())
