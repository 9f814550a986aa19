"""From deal to payment: links, chains, and the fifteen exceptions.

papers.py                        the touched customers' documents, copied once
links.py, chains.py              what follows from what, and the chains it makes
order_rules.py, billing_rules.py what each exception looks for
rules.py                         the exceptions' words, teams, classes; tolerances; working days
exceptions.py                    what rules find against what stands
step.py                          renew_cash(at=, today=): the step of derived figures
"""
