"""The cart, tested in every build."""

import unittest

from cart import Item, total


class CartTest(unittest.TestCase):
    """What a cart costs."""

    def test_an_empty_cart_costs_nothing(self) -> None:
        """No items, no price."""
        self.assertEqual(total([]), 0)

    def test_prices_add_up(self) -> None:
        """Two items cost what both cost."""
        self.assertEqual(total([Item(price=250), Item(price=450)]), 700)
