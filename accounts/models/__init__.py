"""The unified customer model; every table of it has one writer (see the docs on architecture)."""

from __future__ import annotations

from accounts.models.access import (
    AccountGroupPermission,
    AccountUserPermission,
    Territory,
    TerritoryGroupPermission,
    TerritoryUserPermission,
)
from accounts.models.account import Account, AccountValues
from accounts.models.activity import Activity
from accounts.models.address import Address, AddressValues
from accounts.models.alert import Alert, AlertDelivery, AlertPreference, AlertVersion
from accounts.models.audit import AuditEntry
from accounts.models.campaign import Campaign, CampaignMember, Lead
from accounts.models.cash import Chain, Link, LinkDecision
from accounts.models.change import Change
from accounts.models.contact import Contact, ContactValues
from accounts.models.contract import Contract
from accounts.models.credit import (
    CreditNote,
    CreditNoteLine,
    GoodsReturn,
    GoodsReturnLine,
)
from accounts.models.crosswalk import (
    AccountCrosswalk,
    AddressCrosswalk,
    ContactCrosswalk,
    ProductCrosswalk,
)
from accounts.models.currency import CurrencyRate, LegalEntity
from accounts.models.exception import AcceptedDifference, ExceptionEvent, ProcessException
from accounts.models.feed import FeedEvent
from accounts.models.figures import AccountFigures, CompanyFigure, EntityFigures
from accounts.models.first_load import FirstLoad
from accounts.models.forecast import Forecast, ForecastRun
from accounts.models.health import AccountHealth, HealthBacktest, HealthDay, HealthPulse, HealthVersion
from accounts.models.identifier import Identifier
from accounts.models.insight import Insight
from accounts.models.invoice import Invoice, InvoiceLine
from accounts.models.lineage import (
    AccountLineage,
    AddressLineage,
    ContactLineage,
    ProductLineage,
)
from accounts.models.opportunity import Opportunity, OpportunityLine
from accounts.models.order import Order, OrderLine
from accounts.models.own_field import OwnField
from accounts.models.payment import Payment, Promise, Settlement
from accounts.models.pricing import PriceBook, PriceEntry
from accounts.models.product import Product, ProductValues
from accounts.models.product_figures import ProductCountry, ProductFigures
from accounts.models.quote import Quote, QuoteLine
from accounts.models.receivable import Collection, DunningEntry, HoldRelease, InvoiceDispute, PaymentPromise
from accounts.models.reference import PaymentTerm, ProductMapping, Region, SalesStage, Tolerance
from accounts.models.relation import HIERARCHY, RELATIONS, Relation
from accounts.models.request import ChangeRequest
from accounts.models.shipment import Shipment, ShipmentLine
from accounts.models.source_state import Source, SourceState
from accounts.models.stock import Stock
from accounts.models.summary import AccountMonths, AccountSearch, AccountSummary
from accounts.models.ticket import Ticket
from accounts.models.token import ApiToken
from accounts.models.usage import Usage
from accounts.models.use import UseCount
from accounts.models.user import User
from accounts.models.workspace import Follow, Note, PutAside, SavedView, Task, Visit

__all__ = [
    "HIERARCHY",
    "RELATIONS",
    "AcceptedDifference",
    "Account",
    "AccountCrosswalk",
    "AccountFigures",
    "AccountGroupPermission",
    "AccountHealth",
    "AccountLineage",
    "AccountMonths",
    "AccountSearch",
    "AccountSummary",
    "AccountUserPermission",
    "AccountValues",
    "Activity",
    "Address",
    "AddressCrosswalk",
    "AddressLineage",
    "AddressValues",
    "Alert",
    "AlertDelivery",
    "AlertPreference",
    "AlertVersion",
    "ApiToken",
    "AuditEntry",
    "Campaign",
    "CampaignMember",
    "Chain",
    "Change",
    "ChangeRequest",
    "Collection",
    "CompanyFigure",
    "Contact",
    "ContactCrosswalk",
    "ContactLineage",
    "ContactValues",
    "Contract",
    "CreditNote",
    "CreditNoteLine",
    "CurrencyRate",
    "DunningEntry",
    "EntityFigures",
    "ExceptionEvent",
    "FeedEvent",
    "FirstLoad",
    "Follow",
    "Forecast",
    "ForecastRun",
    "GoodsReturn",
    "GoodsReturnLine",
    "HealthBacktest",
    "HealthDay",
    "HealthPulse",
    "HealthVersion",
    "HoldRelease",
    "Identifier",
    "Insight",
    "Invoice",
    "InvoiceDispute",
    "InvoiceLine",
    "Lead",
    "LegalEntity",
    "Link",
    "LinkDecision",
    "Note",
    "Opportunity",
    "OpportunityLine",
    "Order",
    "OrderLine",
    "OwnField",
    "Payment",
    "PaymentPromise",
    "PaymentTerm",
    "PriceBook",
    "PriceEntry",
    "ProcessException",
    "Product",
    "ProductCountry",
    "ProductCrosswalk",
    "ProductFigures",
    "ProductLineage",
    "ProductMapping",
    "ProductValues",
    "Promise",
    "PutAside",
    "Quote",
    "QuoteLine",
    "Region",
    "Relation",
    "SalesStage",
    "SavedView",
    "Settlement",
    "Shipment",
    "ShipmentLine",
    "Source",
    "SourceState",
    "Stock",
    "Task",
    "Territory",
    "TerritoryGroupPermission",
    "TerritoryUserPermission",
    "Ticket",
    "Tolerance",
    "Usage",
    "UseCount",
    "User",
    "Visit",
]
