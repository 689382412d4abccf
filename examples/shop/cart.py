"""What is in a cart, and what it costs."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a cart."""

    name: str = ""
    price: int  # cents
    quantity: int = 1


SAMPLE = (
    Item(name="Espresso", price=250, quantity=2),
    Item(name="Oat flat white", price=450, quantity=3),
)


def total(items: Iterable[Item]) -> int:
    """Return what the items cost together, in cents."""
    return sum(item.price for item in items)
