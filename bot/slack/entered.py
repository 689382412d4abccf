"""What people enter into the environment form: NAME=value, one a line."""

from engine.environment import NAME
from engine.errors import UserError


def pairs_of(text: str) -> tuple[str, ...]:
    """Return the pairs as they are given to the command.

    Empty lines and lines that begin with "#" are passed over, so that a file can be pasted.
    Raises ``UserError`` that names the line, never what stands in it: it may be a secret.
    """
    lines_of: dict[str, int] = {}
    pairs: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.strip().removeprefix("export ").partition("=")
        name = name.strip()
        if not sign:
            raise UserError(f"Line {number} has no “=”.", remedy="Write NAME=value.")
        if not NAME.fullmatch(name):
            raise UserError(
                f"The name in line {number} cannot be one.",
                why="Names have letters, digits and _ only and do not begin with a digit.",
            )
        if name in lines_of:
            raise UserError(f"Line {number} sets the same name as line {lines_of[name]}.")
        lines_of[name] = number
        pairs.append(f"{name}={value}")
    if not pairs:
        raise UserError("Nothing is set here.", remedy="Write NAME=value, one a line.")
    return tuple(pairs)
