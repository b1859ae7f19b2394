"""A plugin for the tests that judge mutants: cheap ones first, few examples, and no clock has a say."""

import sys

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "mutants",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=40,
    phases=(Phase.explicit, Phase.generate),
    # mutmut asks a test about many mutants in forks of one process, each time in a new instance of its class
    suppress_health_check=(HealthCheck.differing_executors,),
)
settings.load_profile("mutants")


def pytest_sessionstart() -> None:
    """Forget what functions have kept: it comes from before the mutant."""
    for name, module in list(sys.modules.items()):
        if name.startswith("app.domain"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A mutant is killed by the first test that fails: let it be one that costs nothing."""
    items.sort(key=_cost)


def _cost(item: pytest.Item) -> tuple[bool, bool]:
    takes_a_database = "store" in getattr(item, "fixturenames", ())
    tries_examples = hasattr(getattr(item, "obj", None), "hypothesis")
    return takes_a_database, tries_examples
