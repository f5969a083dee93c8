# Reads a ledger with Beancount, plugins and checks as `bean-check` has them, and prints what stands on each account.
import sys
from collections import defaultdict

from beancount import loader
from beancount.core import data

entries, errors, _ = loader.load_file(sys.argv[1])
for error in errors[:20]:
    print(error.source.get("lineno"), error.message, file=sys.stderr)
balances = defaultdict(int)
for entry in entries:
    if isinstance(entry, data.Transaction):
        for posting in entry.postings:
            balances[posting.account, posting.units.currency] += posting.units.number
for (account, currency), amount in sorted(balances.items()):
    print(account, currency, format(amount, "f"), sep=",")
sys.exit(1 if errors else 0)
