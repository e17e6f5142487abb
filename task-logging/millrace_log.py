"""Log lines with fields, in one call: each is a line of JSON on standard error, which Millrace keeps with the pipeline's tags.

    from millrace_log import log

    log("read the file", rows=12)
    log.warning("slow answer", seconds=3.4)

``install()`` sends what the standard ``logging`` module is told there, too (PySpark's driver included):

    import logging, millrace_log
    millrace_log.install()
    logging.getLogger("orders").error("no rows", extra={"fields": {"file": "a.csv"}})

Needs nothing but Python 3.6 or newer. A shell task finds it by itself: its folder is in ``PYTHONPATH``.
"""

import json
import logging
import sys
import traceback

#: Longest line that Millrace keeps as JSON, in bytes; what is longer loses its fields, then the end of its message.
LIMIT = 8000


def line_of(level, message, fields):
    """One line of JSON, without its line break. What is no JSON is written as text."""
    record = {str(key): _finite(value) for key, value in fields.items()}
    record.update(level=level, message=str(message))
    line = _json(record)
    if len(line) <= LIMIT:
        return line
    return _json({"level": level, "message": str(message)[: LIMIT // 12], "truncated": True})


def _finite(value):
    # JSON has no words for these.
    is_odd = isinstance(value, float) and (value != value or abs(value) == float("inf"))
    return str(value) if is_odd else value


def _json(record):
    # ASCII only: a line has as many bytes as characters, and no half of a letter can spoil it.
    try:
        return json.dumps(record, default=str, skipkeys=True, ensure_ascii=True, allow_nan=False)
    except ValueError:
        return json.dumps({key: str(value) for key, value in record.items()})


class Log:
    """Called with a message and fields; ``debug``, ``warning`` and ``error`` say another level than info."""

    def __call__(self, message, **fields):
        self._write("info", message, fields)

    info = __call__

    def debug(self, message, **fields):
        self._write("debug", message, fields)

    def warning(self, message, **fields):
        self._write("warn", message, fields)

    warn = warning

    def error(self, message, **fields):
        self._write("error", message, fields)

    def _write(self, level, message, fields):
        # One write a line: lines of several processes do not run into each other.
        sys.stderr.write(line_of(level, message, fields) + "\n")
        sys.stderr.flush()


log = Log()


class Handler(logging.Handler):
    """Writes records of the ``logging`` module."""

    def emit(self, record):
        try:
            fields = dict(getattr(record, "fields", None) or {})
            fields["logger"] = record.name
            if record.exc_info:
                fields["stack"] = "".join(traceback.format_exception(*record.exc_info))[-4000:]
            sys.stderr.write(line_of(record.levelname.lower(), record.getMessage(), fields) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def install(level=logging.INFO):
    """Sends what the root logger hears here instead of anywhere else."""
    root = logging.getLogger()
    root.handlers[:] = [Handler()]
    root.setLevel(level)
