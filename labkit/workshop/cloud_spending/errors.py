"""Why nothing is ordered.

SpendingRefused                what_happened · next_step
├── OverBudget                 what it would cost, and the budget
└── NotConfirmed               the word that was given, and the one that is needed
"""

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class SpendingRefused(LabError):
    """Nothing was ordered."""


class OverBudget(SpendingRefused):
    def __init__(self, cost_eur: float, budget_eur: float) -> None:
        super().__init__(
            say(
                "This would cost about {cost:.2f} EUR; the budget is {budget:.2f} EUR.",
                cost=cost_eur,
                budget=budget_eur,
            ),
            say("Take fewer or smaller nodes, fewer hours, or a larger budget."),
        )


class NotConfirmed(SpendingRefused):
    def __init__(self, given: str, wanted: str) -> None:
        super().__init__(
            say("The order was not confirmed: {given!r} is not its name.", given=given),
            say("Read what it does and costs, then confirm with `{wanted}`.", wanted=wanted),
        )
