"""Run the body of a command and turn what it raises into output and an exit status. The only error renderer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from aerostack.cli.output import Output
from aerostack.errors import EXIT_BUG, EXIT_FAILED, EXIT_INTERRUPTED, AerostackError


def run(
    body: Callable[[Output], int | None],
    *,
    as_json: bool = False,
    debug: bool = False,
    heading: Callable[[], Mapping[str, Any]] = dict,
) -> None:
    """Call ``body``; raise ``SystemExit`` with its status. ``heading`` is put before ``error`` in a JSON document.

    ``AEROSTACK_DEBUG=1`` means the same as ``--debug``.
    """
    output = Output(as_json=as_json, debug=debug or bool(os.environ.get("AEROSTACK_DEBUG")))
    try:
        status = body(output) or 0
    except AerostackError as error:
        status = fail(output, error, heading())
    except KeyboardInterrupt:
        status = interrupted(output, heading())
    except BrokenPipeError:
        status = EXIT_FAILED  # whoever read the result has gone, and nobody is left to be told
    except Exception as error:
        status = bug(output, error, heading())
    raise SystemExit(status)


def fail(output: Output, error: AerostackError, heading: Mapping[str, Any]) -> int:
    """Show an expected error; returns its exit status."""
    _show_traceback(output, error)
    output.error(error)
    if output.as_json:
        from aerostack.pipeline.report import error_document

        output.document({"outcome": "not_applied", **heading, "error": _masked(output, error_document(error))})
    return error.exit_code


def _masked(output: Output, document: Mapping[str, str | None]) -> dict[str, str | None]:
    return {key: output.masked(value) for key, value in document.items()}


def interrupted(output: Output, heading: Mapping[str, Any]) -> int:
    """Show that Ctrl-C ended the command."""
    output.error(AerostackError("interrupted", hint="run the same command again: it goes on where it stopped"))
    if output.as_json:
        output.document({"outcome": "unknown", **heading, "error": {"code": "interrupted", "message": "interrupted"}})
    return EXIT_INTERRUPTED


def bug(output: Output, error: Exception, heading: Mapping[str, Any]) -> int:
    """Show an error that nobody expected: a bug of ours."""
    _show_traceback(output, error)
    shown = AerostackError(
        f"internal error: {type(error).__name__}: {error}",
        hint="this is a bug in aerostack: please report it, with the output of the same command and --debug",
        code="bug",
    )
    fail(Output(as_json=output.as_json), shown, heading)
    return EXIT_BUG


def _show_traceback(output: Output, error: Exception) -> None:
    if output.debug:
        import traceback

        output.say("".join(traceback.format_exception(error)))
