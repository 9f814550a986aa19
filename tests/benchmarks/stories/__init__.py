"""A company whose stories the health code has never seen: published models of buying, leaving and paying.

people.py    who the customers are: Pareto/GGG rhythms and lifetimes, habits of paying, an AR(1) of financial stress
papers.py    what they leave behind: orders, shipments, invoices, tickets, calls, deals
dirt.py      what systems make of it: duplicates, drafts, missing dates, names written differently
company.py   the exports, the policies that read them, and the truth kept aside
bench.py     loads it through the ordinary pipeline and prints the back-test

Nothing here imports the demo company, nor anything of the product but the loader and the back-test.
"""
