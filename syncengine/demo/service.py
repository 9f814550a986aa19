"""Tickets, calls, meetings and contracts."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncengine.demo.days import AHEAD, Days, moments
from syncengine.demo.dice import Dice
from syncengine.demo.names import choose
from syncengine.demo.orders import after, when_story
from syncengine.demo.words import texts

SLA_HOURS = {"severe": 8, "high": 24, "normal": 72, "low": 120}
CAMPAIGNS = 12


def make_tickets(dice: Dice, customers: pl.DataFrame, days: Days) -> pl.DataFrame:
    """What customers asked the help desk; the unhappy ask often, get late answers, and then fall silent."""
    few = dice.weigh(customers["id"], "ticket/count", {0: 30, 1: 30, 2: 20, 3: 12, 4: 8})
    many = dice.between(customers["id"], "ticket/many", 5, 9)
    angry = customers["story"] == "unhappy"
    frame = customers.with_columns(pl.when(angry).then(many).otherwise(few).alias("n"))
    frame = frame.filter(pl.col("n") > 0).with_columns(pl.int_ranges(0, pl.col("n")).alias("k")).explode("k")
    ticket, angry = frame["id"] * 16 + frame["k"], frame["story"] == "unhappy"
    far = dice.between(ticket, "ticket/age", -AHEAD, 700)
    near = dice.between(ticket, "ticket/near", 20, 170)
    age = pl.select(pl.when(angry).then(near).otherwise(far)).to_series()
    theme, subject = _subjects(dice, ticket)
    calm = dice.weigh(ticket, "ticket/priority", {"low": 25, "normal": 55, "high": 16, "severe": 4})
    grave = dice.weigh(ticket, "ticket/grave", {"normal": 25, "high": 45, "severe": 30})
    frame = frame.with_columns(
        ticket.alias("ticket"),
        theme.alias("theme"),
        subject.alias("subject"),
        angry.alias("angry"),
        pl.when(angry).then(grave).otherwise(calm).alias("priority"),
        pl.lit(moments(dice, days, ticket, frame["id"], days.back(age), "ticket/minute")).alias("opened"),
    )
    return _answered(dice, frame.filter(pl.col("opened").dt.date() <= days.today), days)


def _subjects(dice: Dice, ticket: pl.Series) -> tuple[pl.Series, pl.Series]:
    """What tickets are about, and in which words."""
    themes, shares = texts()["themes"], {"delivery": 30, "quality": 20, "billing": 16, "technical": 20, "order": 14}
    theme = dice.weigh(ticket, "ticket/theme", shares)
    number = dice.below(ticket, "ticket/subject", 4)
    subject = choose(
        number / 4,
        [((i + 1) / 4, theme.replace_strict({t: s[i] for t, s in themes.items()})) for i in range(3)],
        theme.replace_strict({t: s[3] for t, s in themes.items()}),
    )
    return theme, subject


def _answered(dice: Dice, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Add when somebody answered and solved it, whether in time, and how content the customer was."""
    ticket = frame["ticket"]
    recent = pl.col("opened") > pl.lit(days.today - timedelta(days=190)).cast(pl.Datetime("us"))
    frame = _timed(dice, frame, recent, pl.lit(days.today).cast(pl.Datetime("us")) + pl.duration(hours=15))
    replied = dice.chance(ticket, "ticket/replied", 0.45)
    waiting = dice.weigh(ticket, "ticket/state", {"new": 1, "open": 6, "waiting": 3})
    return frame.with_columns(
        pl.when(replied & ~pl.col("open")).then(_rating(dice, frame)).otherwise(None).alias("csat"),
        pl.when("open").then(waiting).when(recent).then(pl.lit("solved")).otherwise(pl.lit("closed")).alias("status"),
        (dice.below(ticket, "ticket/contacts", 4) + 1).alias("contacts"),
        dice.chance(ticket, "ticket/order", 0.45).alias("about_order"),
    )


def _timed(dice: Dice, frame: pl.DataFrame, recent: pl.Expr, now: pl.Expr) -> pl.DataFrame:
    ticket = frame["ticket"]
    hours = frame["priority"].replace_strict(SLA_HOURS, return_dtype=pl.Int64)
    slow = when_story(frame["story"], {"unhappy": 2.2}, 0.75)
    effort = (hours * slow * (0.1 + dice.unit(ticket, "ticket/effort") * 1.3) * 60).cast(pl.Int64)
    frame = frame.with_columns(
        (pl.col("opened") + pl.duration(hours=pl.lit(hours))).alias("sla_due"),
        (pl.col("opened") + pl.duration(minutes=pl.lit(effort // 5 + 3))).alias("answered"),
        (pl.col("opened") + pl.duration(minutes=pl.lit(effort))).alias("solved"),
        pl.lit(dice.chance(ticket, "ticket/stuck", when_story(frame["story"], {"unhappy": 0.4}, 0.06))).alias("stuck"),
    )
    open_ = (pl.col("solved") > now) | (pl.col("stuck") & recent)
    return frame.with_columns(open_.alias("open")).with_columns(
        pl.when("open").then(None).otherwise("solved").alias("solved"),
        pl.when(pl.col("answered") > now).then(None).otherwise("answered").alias("answered"),
        (
            (pl.col("open") & (pl.col("sla_due") < now)) | (~pl.col("open") & (pl.col("solved") > pl.col("sla_due")))
        ).alias("breached"),
    )


def _rating(dice: Dice, frame: pl.DataFrame) -> pl.Series:
    """How content the customer says to be, from 1 to 5."""
    return (
        (
            4.4
            - frame["breached"].cast(pl.Float64) * 1.4
            - frame["angry"].cast(pl.Float64) * 1.3
            + dice.bell(frame["ticket"], "ticket/csat") * 0.8
        )
        .round()
        .clip(1, 5)
        .cast(pl.Int64)
    )


def _ages(dice: Dice, frame: pl.DataFrame, act: pl.Series) -> pl.Series:
    """How many days ago each was, or is still to come, where nobody fell silent."""
    silence = when_story(frame["story"], {"quiet": 120, "unhappy": 75}, 0.0)
    age = (dice.unit(act, "activity/age") ** 1.8 * 500 + silence).cast(pl.Int64)
    coming = dice.chance(act, "activity/coming", 0.25) & (silence == 0)
    return pl.select(pl.when(coming).then(-dice.below(act, "activity/later", AHEAD)).otherwise(age)).to_series()


def make_activities(dice: Dice, customers: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Calls, meetings, mails and notes of sales; with those who fell silent there is none of late."""
    most = customers["segment"].replace_strict({"A": 14, "B": 8, "C": 4}, return_dtype=pl.Int64)
    count = dice.below(customers["id"], "activity/count", most)
    frame = customers.filter(count > 0).with_columns(pl.int_ranges(0, pl.lit(count.filter(count > 0))).alias("k"))
    frame = frame.explode("k")
    act = frame["id"] * 16 + frame["k"]
    kind = dice.weigh(act, "activity/kind", {"call": 38, "mail": 34, "meeting": 18, "note": 10})
    call, meeting = (dice.pick(act, f"activity/{name}", texts()[words])
                     for name, words in (("call", "calls"), ("meet", "meetings")))  # fmt: skip
    happened = moments(dice, days, act, frame["id"], days.back(_ages(dice, frame, act)), "activity/minute")
    return frame.with_columns(
        act.alias("activity"),
        kind.alias("kind"),
        pl.when(kind == "meeting").then(meeting).otherwise(call).alias("subject"),
        pl.when(kind == "meeting")
        .then(pl.lit("both"))
        .when(kind == "note")
        .then(None)
        .otherwise(dice.pick(act, "activity/way", ["in", "out"]))
        .alias("direction"),
        pl.lit(happened).alias("happened"),
    ).filter(pl.col("happened").dt.date() <= days.today)


def make_contracts(dice: Dice, customers: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Maintenance and supply contracts; values in cents."""
    ids = customers["id"]
    share = customers["segment"].replace_strict({"A": 0.6, "B": 0.3, "C": 0.08}, return_dtype=pl.Float64)
    frame = customers.filter(dice.chance(ids, "contract", share))
    ids = frame["id"]
    yearly = frame["segment"].replace_strict({"A": 2_400_000, "B": 700_000, "C": 180_000}, return_dtype=pl.Int64)
    yearly = (yearly * (0.5 + dice.unit(ids, "contract/size"))).cast(pl.Int64) // 10_000 * 10_000
    years, started = dice.between(ids, "contract/years", 1, 4), dice.between(ids, "contract/age", 20, 1300)
    start = days.back(started)
    end = after(start, years * 365)
    return frame.with_columns(
        start.alias("start"),
        end.alias("end"),
        (yearly * years).alias("value"),
        yearly.alias("recurring"),
        after(end, pl.Series([-90]).new_from_index(0, frame.height)).alias("renewal"),
        dice.pick(ids, "contract/name", ["Maintenance", "Supply agreement", "Remote monitoring", "Full service"]).alias(
            "word"
        ),
        pl.when(end < days.today).then(pl.lit("ended")).otherwise(pl.lit("active")).alias("contract_status"),
    )
