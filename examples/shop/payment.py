"""The ways to pay that the payment service offers."""

WAYS = ("card", "invoice")


class Refused(Exception):
    """The payment service does not answer us."""


class Client:
    """Asks the payment service; here it only knows the answer."""

    def ways(self) -> tuple[str, ...]:
        """Return the ways to pay. Raises ``Refused``."""
        return WAYS
