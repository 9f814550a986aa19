"""Every read of the unified model. All take the user first and show only what `accounts.access` allows.

Values that a role may not see are absent from `values` and named in `redacted`; a section whose rows it
may not see at all is None. A figure that nobody knows is null.

customers.py
    list_customers(user, accounts, *, sort="name", cursor=None, limit=50) -> CustomerPage
        `accounts` = accounts.filtersets.AccountFilter.of(user, params).qs; rows, columns, next, previous
    count_customers(accounts) -> Count(value, exact);  estimate_customers(accounts) -> Count
    total_customers(user, accounts) -> dict of sums of the figures the user sees
    SORTS, sorts_of(user): names of sorts, with "-" for descending
search.py
    search_customers(user, text, *, limit=10) -> tuple[Hit(id, name, country, city, why, score), ...]
export.py
    csv_rows(user, accounts, *, sort, at) -> iterator of CSV lines (audited);  escape_cell(value)
customer.py
    get_customer(user, id) -> Customer(id, requested_id, account, values, redacted, figures, hidden_figures,
        chips, disputed, parent, children_count, territory)
    list_contacts(user, account, *, limit=50), list_addresses(user, account) -> Section | None
documents.py   (as_of is today's date where something ages)
    list_opportunities, list_quotes, list_orders, list_shipments, list_payments, list_credit_notes,
    list_tickets, list_activities, list_contracts, list_insights
        (user, account, *, limit=25) -> Section(object, rows, redacted, more) | None
    list_invoices(user, account, *, as_of, limit=25) -> Section | None: rows with days_overdue and bucket
receivables.py
    get_ageing(user, account, *, as_of) -> Ageing(buckets, credits, unapplied, total, overdue, net,
        oldest_days, currency, as_of) | None;  days_overdue(due, as_of);  bucket_of(days)
timeline.py
    list_timeline(user, account, *, now, limit=50) -> tuple[Happening(object, id, at, title, state, amount,
        currency, source), ...]
lineage.py
    get_lineage(user, account, field) -> FieldLineage | None;  lineage_of(user, accounts) -> dict of dicts
    register_losers(callable): the sync engine tells the losing values
sources.py
    list_source_states(now) -> tuple[SourceAge, ...] (worst first);  worst_source(now) -> SourceAge | None
    sources() -> dict id -> Source
lookup.py
    find_by_key(user, source, key) -> Account (or 404)
money.py
    base_currency() -> str
"""
