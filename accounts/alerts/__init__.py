"""Alerts: rules as data, findings in sets, and who is told how.

rules.py        alert_rules(): the rules of rules.yaml
versions.py     rules_in_force(): with what people set, as versions; check, apply and revert them
backtest.py     try_rules(rules, today=, days=): how often rules would have fired, and whom they would have flagged
raising.py      raise_alerts(rule, query, params, at=…): bring a rule's alerts to what the query finds
watch.py        renew_alerts(at=, today=): the step of touched customers; watch_sources(at=): rules about sources
inbox.py        list_alerts, count_alerts, get_alert: what one reader may see
handling.py     acknowledge, snooze, wake: what people do
telling.py      plan_instant, plan_digest, claim, finish: delivery rows; the sync engine sends them
"""
