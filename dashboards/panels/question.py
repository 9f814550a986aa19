"""The field in which one asks a question over figures: what stands in it, what is wrong with it, what may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.filtersets.question import sees
from accounts.metrics import load
from accounts.metrics.language import FIELDS, BadQuestion, askable, names_of, parse
from accounts.models import User

EXAMPLES = (
    ("contract_value > 50000 and oldest_open_ticket_days > 14", "Large contracts with an old ticket"),
    ("overdue_receivable > 0.2 * revenue_ttm", "A fifth of a year's revenue overdue"),
    ("revenue_ttm < revenue_previous and open_deals = 0", "Shrinking, and nothing in the pipeline"),
    ("limit_used > 80 and country in ('DE', 'AT')", "Near the limit in two countries"),
    ("csat < 3 or breached_tickets > 0", "Unhappy, or waiting too long"),
)


@dataclass(frozen=True)
class Question:
    """The question of one address, with the help to write another."""

    text: str
    problem: str
    names: Sequence[tuple[str, str, str]]  # name, label, unit
    examples: Sequence[tuple[str, str]]


def question_of(user: User, text: str) -> Question:
    """The field for this user; names and examples are of figures the role sees."""
    names = [(name, *_told(name)) for name in askable() if sees(user, name)]
    examples = [example for example in EXAMPLES if all(sees(user, name) for name in names_of(parse(example[0])))]
    return Question(text, problem_of(user, text), names, examples)


def problem_of(user: User, text: str) -> str:
    """Why the text is no question this user can ask; empty if it is one."""
    try:
        hidden = sorted(name for name in names_of(parse(text)) if not sees(user, name)) if text.strip() else []
    except BadQuestion as error:
        return str(error)
    return f"Your role does not see {', '.join(hidden)}." if hidden else ""


def _told(name: str) -> tuple[str, str]:
    if name in FIELDS:
        return name.capitalize(), "text"
    metric = load()[name]
    return metric.label, metric.unit
