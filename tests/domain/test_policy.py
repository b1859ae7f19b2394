"""The numbers that a bank may choose."""

import pytest

from app.domain.policy import DAY, Budget, Policy

CHOSEN = {
    Budget.LINKS: Policy(links_a_day=77),
    Budget.RESERVE: Policy(reserve_a_day=77),
    Budget.CODES: Policy(codes_a_day=77),
    Budget.DOCUMENTS: Policy(document_attempts=77),
    Budget.GUESSES: Policy(code_attempts=77),
    Budget.ANSWERS: Policy(question_attempts=77),
    Budget.PASSWORDS: Policy(password_attempts=77),
    Budget.ANSWERS_IN_A_ROW: Policy(answers_in_a_row=77),
}


@pytest.mark.parametrize("budget", Budget)
def test_every_budget_has_a_number_of_its_own(budget: Budget) -> None:
    assert [other for other in Budget if CHOSEN[budget].limit(other) == 77] == [budget]


def test_all_windows_are_a_day_but_for_what_is_counted_in_a_row() -> None:
    assert {budget for budget in Budget if budget.window != DAY} == {Budget.ANSWERS_IN_A_ROW}
    assert Budget.ANSWERS_IN_A_ROW.window == 365 * DAY


@pytest.mark.parametrize("budget", Budget)
def test_a_customer_always_has_at_least_one_try(budget: Budget) -> None:
    assert Policy().limit(budget) >= 1


def test_the_published_process_is_the_default() -> None:
    policy = Policy()

    assert policy.code_valid.total_seconds() == 120
    assert policy.link_valid.total_seconds() == 30 * 60
    assert (policy.idle.total_seconds(), policy.total.total_seconds()) == (5 * 60, 20 * 60)
    assert (policy.code_attempts, policy.question_attempts, policy.login_attempts) == (3, 2, 3)


def test_guessing_a_code_all_day_is_hopeless() -> None:
    assert Policy().limit(Budget.GUESSES) / 10**6 < 1e-5
