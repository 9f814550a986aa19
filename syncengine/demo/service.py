"""Tickets, calls and meetings, contracts, scores, usage, campaigns and leads."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncengine.demo.days import AHEAD, Days
from syncengine.demo.dice import Dice
from syncengine.demo.names import choose, make_company_names, make_people, slug
from syncengine.demo.orders import after, when_story
from syncengine.demo.words import company, texts

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
    themes = texts()["themes"]
    theme = dice.weigh(ticket, "ticket/theme", {"delivery": 30, "quality": 20, "billing": 16, "technical": 20, "order": 14})
    number = dice.below(ticket, "ticket/subject", 4)
    subject = choose(number / 4, [((i + 1) / 4, theme.replace_strict({t: s[i] for t, s in themes.items()}))
                                  for i in range(3)], theme.replace_strict({t: s[3] for t, s in themes.items()}))  # fmt: skip
    calm = dice.weigh(ticket, "ticket/priority", {"low": 25, "normal": 55, "high": 16, "severe": 4})
    grave = dice.weigh(ticket, "ticket/grave", {"normal": 25, "high": 45, "severe": 30})
    frame = frame.with_columns(
        ticket.alias("ticket"), theme.alias("theme"), subject.alias("subject"), angry.alias("angry"),
        pl.when(angry).then(grave).otherwise(calm).alias("priority"),
        (pl.lit(days.ago(age)) + pl.duration(minutes=dice.between(ticket, "ticket/minute", 300, 900))).alias("opened"),
    )  # fmt: skip
    return _answered(dice, frame.filter(pl.col("opened").dt.date() <= days.today), days)


def _answered(dice: Dice, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    ticket = frame["ticket"]
    hours = frame["priority"].replace_strict(SLA_HOURS, return_dtype=pl.Int64)
    slow = when_story(frame["story"], {"unhappy": 2.2}, 0.75)
    effort = (hours * slow * (0.1 + dice.unit(ticket, "ticket/effort") * 1.3) * 60).cast(pl.Int64)
    now = pl.lit(days.today).cast(pl.Datetime("us")) + pl.duration(hours=15)
    frame = frame.with_columns(
        (pl.col("opened") + pl.duration(hours=hours)).alias("sla_due"),
        (pl.col("opened") + pl.duration(minutes=effort // 5 + 3)).alias("answered"),
        (pl.col("opened") + pl.duration(minutes=effort)).alias("solved"),
        pl.lit(dice.chance(ticket, "ticket/stuck", when_story(frame["story"], {"unhappy": 0.4}, 0.06))).alias("stuck"),
    )
    recent = pl.col("opened") > pl.lit(days.today - timedelta(days=190)).cast(pl.Datetime("us"))
    open_ = (pl.col("solved") > now) | (pl.col("stuck") & recent)
    frame = frame.with_columns(open_.alias("open")).with_columns(
        pl.when("open").then(None).otherwise("solved").alias("solved"),
        pl.when(pl.col("answered") > now).then(None).otherwise("answered").alias("answered"),
        ((pl.col("open") & (pl.col("sla_due") < now)) | (~pl.col("open") & (pl.col("solved") > pl.col("sla_due"))))
        .alias("breached"),
    )  # fmt: skip
    rating = (4.4 - frame["breached"].cast(pl.Float64) * 1.4 - frame["angry"].cast(pl.Float64) * 1.3
              + dice.bell(ticket, "ticket/csat") * 0.8).round().clip(1, 5).cast(pl.Int64)  # fmt: skip
    replied = dice.chance(ticket, "ticket/replied", 0.45)
    waiting = dice.weigh(ticket, "ticket/state", {"new": 1, "open": 6, "waiting": 3})
    return frame.with_columns(
        pl.when(replied & ~pl.col("open")).then(rating).otherwise(None).alias("csat"),
        pl.when("open").then(waiting).when(recent).then(pl.lit("solved")).otherwise(pl.lit("closed")).alias("status"),
        (dice.below(ticket, "ticket/contacts", 4) + 1).alias("contacts"),
        dice.chance(ticket, "ticket/order", 0.45).alias("about_order"),
    )


def make_activities(dice: Dice, customers: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Calls, meetings, mails and notes of sales; with those who fell silent there is none of late."""
    most = customers["segment"].replace_strict({"A": 14, "B": 8, "C": 4}, return_dtype=pl.Int64)
    count = dice.below(customers["id"], "activity/count", most)
    frame = customers.filter(count > 0).with_columns(pl.int_ranges(0, pl.lit(count.filter(count > 0))).alias("k"))
    frame = frame.explode("k")
    act = frame["id"] * 16 + frame["k"]
    silence = when_story(frame["story"], {"quiet": 120, "unhappy": 75}, 0.0)
    age = (dice.unit(act, "activity/age") ** 1.8 * 500 + silence).cast(pl.Int64)
    coming = dice.chance(act, "activity/coming", 0.25) & (silence == 0)
    age = pl.select(pl.when(coming).then(-dice.below(act, "activity/later", AHEAD)).otherwise(age)).to_series()
    kind = dice.weigh(act, "activity/kind", {"call": 38, "mail": 34, "meeting": 18, "note": 10})
    call, meeting = dice.pick(act, "activity/call", texts()["calls"]), dice.pick(act, "activity/meet", texts()["meetings"])
    return frame.with_columns(
        act.alias("activity"), kind.alias("kind"),
        pl.when(kind == "meeting").then(meeting).otherwise(call).alias("subject"),
        pl.when(kind == "meeting").then(pl.lit("both")).when(kind == "note").then(None)
        .otherwise(dice.pick(act, "activity/way", ["in", "out"])).alias("direction"),
        (pl.lit(days.ago(age)) + pl.duration(minutes=dice.between(act, "activity/minute", 300, 900))).alias("happened"),
    ).filter(pl.col("happened").dt.date() <= days.today)  # fmt: skip


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
        start.alias("start"), end.alias("end"), (yearly * years).alias("value"), yearly.alias("recurring"),
        after(end, pl.Series([-90]).new_from_index(0, frame.height)).alias("renewal"),
        dice.pick(ids, "contract/name", ["Maintenance", "Supply agreement", "Remote monitoring", "Full service"]).alias("word"),
        pl.when(end < days.today).then(pl.lit("ended")).otherwise(pl.lit("active")).alias("contract_status"),
    )  # fmt: skip


def make_scores(dice: Dice, customers: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Three scores a customer, in keeping with its story."""
    frame = customers.with_columns(pl.int_ranges(0, 3).alias("k")).explode("k")
    score = frame["id"] * 4 + frame["k"]
    risk = when_story(frame["story"], {"quiet": 0.74, "unhappy": 0.82, "trouble": 0.6, "shrinking": 0.55, "growing": 0.12}, 0.22)
    risk = (risk + dice.bell(frame["id"], "score") * 0.08).clip(0.01, 0.99)
    engagement = ((1 - risk) * 100 + dice.bell(score, "score/engagement") * 6).clip(1, 99)
    offer = dice.pick(frame["id"], "score/offer", texts()["offers"])
    kinds = pl.Series(["churn_risk", "engagement", "next_best_offer"]).gather(frame["k"])
    return frame.with_columns(
        score.alias("score_id"), kinds.alias("kind"),
        pl.when(kinds == "churn_risk").then(risk.round(3)).when(kinds == "engagement").then(engagement.round(0))
        .otherwise((0.4 + 0.5 * dice.unit(frame["id"], "score/fit")).round(2)).alias("score"),
        pl.when(kinds == "next_best_offer").then(offer).otherwise(None).alias("text"),
        kinds.replace_strict({"churn_risk": "churn-gbm", "engagement": "engage", "next_best_offer": "nbo"}).alias("model"),
        pl.lit("2.3").alias("version"),
        _last_week(dice, frame["id"], days).alias("scored"),
    )  # fmt: skip


def _last_week(dice: Dice, ids: pl.Series, days: Days) -> pl.Series:
    """When each customer was scored last: once a week, each on its own weekday."""
    age = (days.today.toordinal() + dice.below(ids, "score/weekday", 7)) % 7
    at = pl.lit(pl.Series([days.today]).new_from_index(0, len(ids))).cast(pl.Datetime("us"))
    return pl.select(at - pl.duration(hours=age * 24 - 3)).to_series()


def make_usage(dice: Dice, customers: pl.DataFrame, codes: list[str], days: Days) -> pl.DataFrame:
    """Connected machines' running hours by month, from six months before the company was made."""
    some = customers.filter(dice.chance(customers["id"], "usage", 0.2))
    start, end = (day.year * 12 + day.month - 1 for day in (days.origin, days.today))
    frame = some.with_columns(pl.int_ranges(0, 6 + end - start).alias("k")).explode("k")
    key, at = frame["id"] * 512 + frame["k"], frame["k"] + start - 5
    trend = when_story(frame["story"], {"quiet": -0.13, "unhappy": -0.16, "growing": 0.08}, 0.0)
    hours = dice.between(frame["id"], "usage/hours", 80, 4000) * (1 + trend * frame["k"]).clip(0.05, 3)
    return frame.with_columns(
        key.alias("usage"), pl.date(at // 12, at % 12 + 1, 1).alias("month"),
        dice.pick(frame["id"], "usage/product", codes).alias("code"), pl.lit("running hours").alias("measure"),
        (hours * (0.9 + 0.2 * dice.unit(key, "usage/noise"))).round().cast(pl.Int64).alias("quantity"),
        (dice.between(frame["id"], "usage/people", 1, 14)).alias("people"),
    )  # fmt: skip


def make_campaigns(dice: Dice, days: Days) -> pl.DataFrame:
    """A dozen campaigns over two years."""
    ids = pl.int_range(0, CAMPAIGNS, eager=True)
    start = days.back(700 - ids * 62)
    end = after(start, dice.between(ids, "campaign/days", 4, 40))
    names = pl.Series(texts()["campaign_names"]).gather(ids % len(texts()["campaign_names"]))
    return pl.DataFrame({"campaign": ids, "start": start, "end": end}).with_columns(
        (names + " " + start.dt.year().cast(pl.String)).alias("name"),
        dice.pick(ids, "campaign/kind", texts()["campaign_kinds"]).alias("kind"),
        (dice.between(ids, "campaign/budget", 20, 400) * 10_000).alias("budget"),
        pl.when(start > days.today).then(pl.lit("planned")).when(end >= days.today).then(pl.lit("running"))
        .otherwise(pl.lit("ended")).alias("status"),
    )  # fmt: skip


def make_members(dice: Dice, people: pl.DataFrame, campaigns: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Who was asked to a campaign and how far they went."""
    chosen = people.filter(dice.chance(people["person"], "member", 0.16))
    person = chosen["person"]
    at = dice.below(person, "member/campaign", CAMPAIGNS)
    status = dice.weigh(person, "member/status", {"sent": 55, "opened": 25, "responded": 14, "attended": 6})
    there = status.is_in(["responded", "attended"])
    day = after(campaigns["start"].gather(at), dice.below(person, "member/day", 6))
    return chosen.with_columns(
        at.alias("campaign"), status.alias("status"), pl.when(there).then(day).otherwise(None).alias("responded"), day.alias("day")
    ).filter(pl.col("day") <= days.today)


def make_leads(dice: Dice, first: int, count: int, customers: pl.DataFrame, days: Days, tag: str = "lead") -> pl.DataFrame:
    """People who asked for something; a few became customers we know."""
    ids = pl.int_range(first, first + count, eager=True)
    country = dice.pick(ids, tag + "/country", ["DE", "DE", "AT", "FR", "GB", "US", "IT", "NL"])
    frame = pl.DataFrame({"lead": ids, "country": country})
    parts = [_lead_people(dice, part) for part in frame.partition_by("country", maintain_order=True)]
    frame = pl.concat(parts).sort("lead") if parts else frame
    known = customers.filter("in_crm")["id"] if customers.height else pl.Series([], dtype=pl.Int64)
    status = dice.weigh(ids, tag + "/status", {"new": 25, "working": 25, "qualified": 15, "converted": 15, "lost": 20})
    if not len(known):
        status = status.replace("converted", "lost")
    became = known.gather(dice.below(ids, tag + "/became", len(known))) if len(known) else ids
    return frame.with_columns(
        status.alias("status"), pl.when(status == "converted").then(became).otherwise(None).alias("id"),
        dice.below(ids, tag + "/campaign", CAMPAIGNS).alias("campaign"),
        dice.pick(ids, tag + "/source", texts()["lead_sources"]).alias("source"),
        days.back(dice.between(ids, tag + "/age", -AHEAD, 400)).alias("created"),
        dice.pick(ids, tag + "/owner", company()["owners"]).alias("owner"),
    ).filter(pl.col("created") <= days.today)  # fmt: skip


def _lead_people(dice: Dice, part: pl.DataFrame) -> pl.DataFrame:
    code, ids = part["country"][0], part["lead"]
    people = make_people(dice, ids, code)
    firm = make_company_names(dice, ids + 777_000_000, code, pl.Series([""]).new_from_index(0, len(ids)))
    firm = firm.str.strip_chars()
    mail = slug(people["first"]) + "." + slug(people["last"]).str.replace_all("-", "") + "@" + slug(firm) + ".example"
    return part.with_columns((people["first"] + " " + people["last"]).alias("person_name"), firm.alias("company"), mail.alias("email"))
