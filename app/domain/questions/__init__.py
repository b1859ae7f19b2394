"""Security questions about the customer's own products: what to ask, what to list, and what is right.

Friction, not a factor: docs/decisions/0006-questions.md says why, and how the odds come about.
"""

from app.domain.questions.choice import MAX_ODDS, TooFewFacts
from app.domain.questions.facts import QuestionKind
from app.domain.questions.sets import Option, Question, answers_match, draw, explain

__all__ = [
    "MAX_ODDS",
    "Option",
    "Question",
    "QuestionKind",
    "TooFewFacts",
    "answers_match",
    "draw",
    "explain",
]
