"""The process's own log: one line an event, its fields as JSON behind it."""

import json
import logging
import sys

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class EventFormatter(logging.Formatter):
    """Writes time, level, logger, event, and the fields given by ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with a traceback below it where there is one."""
        fields = {name: value for name, value in record.__dict__.items() if name not in STANDARD}
        line = f"{self.formatTime(record)} {record.levelname:7} {record.name} {record.getMessage()}"
        if fields:
            line += " " + json.dumps(fields, default=str, ensure_ascii=False)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def set_up(level: str = "INFO") -> None:
    """Send events to standard error. Third parties are heard from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EventFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("bot", "commands", "engine", "storage"):
        logging.getLogger(ours).setLevel(level)
