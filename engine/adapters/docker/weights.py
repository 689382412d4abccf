"""The router's weights by which old and new processes share the traffic. Pure."""

from collections.abc import Sequence

HEAVIEST = 256  # HAProxy takes 1 to 256 for a server that gets something


def weights_for(percent: int, *, new: int, old: int) -> tuple[int, int] | None:
    """Return the weight of each of *new* and of each of *old* servers, as large as can be.

    Together the new ones get *percent* of the traffic, from 1 to 99. None where weights are too
    coarse for it, as for 1 % to eight new servers beside a single old one.
    """
    best: tuple[float, int, int] | None = None
    for weight in range(HEAVIEST, 0, -1):
        other = round(weight * new * (100 - percent) / (percent * old))
        if not 1 <= other <= HEAVIEST:
            continue
        error = abs(100 * weight * new / (weight * new + other * old) - percent)
        if best is None or error < best[0]:
            best = (error, weight, other)
    if best is None or share_of([best[1]] * new, [best[2]] * old) != percent:
        return None
    return best[1], best[2]


def share_of(new: Sequence[int], old: Sequence[int]) -> int:
    """Return the percent of the traffic that servers with the *new* weights get; 0 for none."""
    total = sum(new) + sum(old)
    return round(100 * sum(new) / total) if total else 0
