from django.db import migrations, models

# Of the same open promise entered several times, the first stands and the others count as taken back.
WITHDRAW = """
    UPDATE accounts_paymentpromise p SET state = 'withdrawn'
    WHERE state = 'open' AND EXISTS (
        SELECT FROM accounts_paymentpromise f WHERE f.state = 'open' AND f.id < p.id AND f.account_id = p.account_id
            AND (f.invoice_id, f.amount, f.currency, f.promised_date)
                IS NOT DISTINCT FROM (p.invoice_id, p.amount, p.currency, p.promised_date))"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0033_first_load"),
    ]

    operations = [
        migrations.RunSQL(WITHDRAW, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="paymentpromise",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("account", "invoice", "amount", "currency", "promised_date"),
                name="payment_promise_given_once",
                nulls_distinct=False,
            ),
        ),
    ]
