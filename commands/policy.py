"""Who may do what. Everybody may look; members of the workspace and terminals may act."""

from commands.request import Request, Standing
from engine.errors import UserError

WHY = {
    Standing.GUEST: "Guests of the workspace may look at racks, not change them.",
    Standing.BOT: "Bots may look at racks, not change them.",
    Standing.OUTSIDER: "People of other workspaces may look at racks, not change them.",
    Standing.UNKNOWN: "Slack did not say who you are just now.",
}


def may_act(request: Request) -> None:
    """Raise ``UserError`` unless the asker may change things."""
    if request.standing is Standing.MEMBER:
        return
    remedy = (
        "Try again in a minute."
        if request.standing is Standing.UNKNOWN
        else "Ask a member of the workspace to do it."
    )
    raise UserError("You cannot do that here.", why=WHY[request.standing], remedy=remedy)
