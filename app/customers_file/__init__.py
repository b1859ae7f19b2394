"""The customers file: one JSON object a line, checked as a whole and only then loaded, in one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from app.adapters.sql import SqlStore
from app.customers_file.checking import BadFile, CustomersFile, Progress
from app.customers_file.entry import CustomerEntry, ProductEntry
from app.customers_file.loading import Report, load
from app.domain.case import Rules

__all__ = ["BadFile", "CustomerEntry", "ProductEntry", "Progress", "Report", "Watch", "import_file", "load"]

Watch = Callable[[str], AbstractContextManager[Progress]]
"""Shows one pass over the file under a title."""


def import_file(path: Path, store: SqlStore, rules: Rules, watch: Watch) -> Report:
    """Check the file, then load what is new in it: all of that or nothing. Once more changes nothing.

    The check keeps nobody waiting; the load is one transaction, and on SQLite the only one meanwhile. Customers
    who are not in the file stay.

    Raises:
        BadFile: nothing was loaded; the text says why.
    """
    with path.open("rb") as file:
        customers = CustomersFile(file)
        with watch("Checking") as progress:
            unchanged = customers.check(store, rules.keys, progress)
        with watch("Loading") as progress, store.transaction() as tx:
            report = load(tx, rules, customers.news(progress))
    report.unchanged += unchanged
    return report
