"""The buttons that several cards and answers have: to cancel, and to approve."""

from commands.reply import Button


def cancel_button(subject: str, *, label: str = "Cancel") -> Button:
    """Return the button that cancels a build, promotion or job."""
    return Button(label=label, words=("cancel", subject), style="danger")


def approve_button(promotion_id: str, *, label: str = "Approve…") -> Button:
    """Return the button that approves a promotion, after a look at what it does."""
    return Button(label=label, words=("approve", promotion_id), style="primary", opens="confirm")
