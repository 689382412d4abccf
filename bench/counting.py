"""A rack that counts what it is asked, and what processor time it took by itself."""

import time
from collections import Counter
from typing import Any, cast

from engine.ports.rack import Rack


class CountingRack:
    """Passes every call of the port on to another rack; its counts are for one thread at a time."""

    def __init__(self, rack: Rack) -> None:
        """Count the calls to *rack*."""
        self._rack = rack
        self.calls: Counter[str] = Counter()
        self.seconds = 0.0  # of processor time, within the rack itself

    @property
    def as_rack(self) -> Rack:
        """Itself, as what it stands for: it has the whole port by ``__getattr__``."""
        return cast(Rack, self)

    def forget(self) -> None:
        """Begin to count anew."""
        self.calls.clear()
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        """Return the rack's own method, counted, or its property."""
        found = getattr(self._rack, name)
        if not callable(found):
            return found

        def counted(*arguments: Any, **named: Any) -> Any:
            self.calls[name] += 1
            began = time.process_time()
            try:
                return found(*arguments, **named)
            finally:
                self.seconds += time.process_time() - began

        return counted
