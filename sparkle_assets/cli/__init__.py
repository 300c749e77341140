"""`sparkle`: the same assets from one command, in one process. See docs/CLI.md for the contract.

Exit codes: 0 done and approved; 1 a fault; 2 wrong usage, input or configuration; 3 a person must look;
130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import click

from resources.errors import SparkleError, memory_errors, one_line
from resources.keys import take_keys
from sparkle_assets.cli.cluster import cluster
from sparkle_assets.cli.common import only_text
from sparkle_assets.cli.control import pause_film, resume_film, stop_film
from sparkle_assets.cli.deliver import deliver
from sparkle_assets.cli.doctor import doctor
from sparkle_assets.cli.export import export
from sparkle_assets.cli.films import delete, list_films, open_film, qa, report, status
from sparkle_assets.cli.gc import gc
from sparkle_assets.cli.make import make
from sparkle_assets.cli.models import models
from sparkle_assets.cli.plan import plan
from sparkle_assets.cli.provenance import provenance, reproduce
from sparkle_assets.cli.retake import retake
from sparkle_assets.cli.review import review
from sparkle_assets.cli.schemas import schemas
from sparkle_assets.cli.storage import storage
from sparkle_assets.cli.timeline import timeline
from sparkle_assets.cli.ui import ui
from sparkle_assets.cli.verify import verify
from sparkle_assets.cli.worker import worker
from sparkle_assets.interrupts import INTERRUPTED, arrived, end_at_once, interrupt_patiently


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sparkle-motion", prog_name="sparkle")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    envvar="SPARKLE_LOG",
    show_default=True,
    help="Of log lines on standard error; json is one object a line.",
)
def sparkle(log_format: str) -> None:
    """An idea, or a plan, becomes a short movie.

    \b
    sparkle make "A lighthouse keeper befriends a storm"
    sparkle list
    sparkle retake MOVIE SHOT
    """
    take_keys()
    if log_format == "json":
        from resources.telemetry.logs import VARIABLE, log_json

        os.environ[VARIABLE] = log_format  # for the processes below this one
        log_json()


for command in (make, plan, retake, list_films, open_film, status, delete, qa, report, timeline, doctor):
    sparkle.add_command(command)
for command in (pause_film, resume_film, stop_film, review, export, deliver, verify, provenance, reproduce):
    sparkle.add_command(command)
for command in (schemas, ui, worker, cluster, models, gc, storage):
    sparkle.add_command(command)
only_text(sparkle)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: every error is one line on standard error, never a traceback."""
    args = list(sys.argv[1:] if arguments is None else arguments)
    # A job that a script put in the background inherits an ignored SIGINT, and Dagster gives SIGTERM what SIGINT has:
    # without this nothing but SIGKILL would stop it.
    interrupt_patiently()
    try:
        with memory_errors(""):
            code = sparkle.main(args, prog_name="sparkle", standalone_mode=False)
    except SparkleError as error:
        sys.exit(fail(error, as_json="--json" in args))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "sparkle"
        _say(f"{error.format_message()} (see `{command} --help`)")
        sys.exit(2)
    except click.ClickException as error:
        _say(error.format_message())
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        end_at_once()
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception:
        if not arrived():
            raise
        sys.exit(INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def fail(error: SparkleError, *, as_json: bool) -> int:
    """Tell an error, to a person or to a script, and give its exit code."""
    if as_json:
        told = {"kind": error.kind, "message": error.message, "where": error.where, "hint": error.hint}
        click.echo(json.dumps({"error": told}, ensure_ascii=False))
    _say(str(error))
    return error.exit_code


def _say(text: str) -> None:
    click.echo(f"sparkle: {one_line(text)}", err=True)


if __name__ == "__main__":
    main()
