"""The command line: one module a group of commands, each loaded only when it is asked for."""

import importlib
import sys
from typing import Any

import click

from web import languages  # noqa: F401  refusals are told in its words
from web.spelling import spelled

# Command → (module, attribute). Starting `manyi --help` must not import numpy, Flask and all.
COMMANDS = {
    "estimate": ("web.cli.estimate", "estimate"),
    "model": ("web.cli.model", "model"),
    "compare": ("web.cli.compare", "compare"),
    "trend": ("web.cli.trend", "trend"),
    "evaluate": ("web.cli.evaluate", "evaluate"),
    "priorities": ("web.cli.priorities", "priorities"),
    "what-if": ("web.cli.what_if", "what_if"),
    "segments": ("web.cli.segments", "segments"),
    "figures": ("web.cli.figures", "figures"),
    "rake": ("web.cli.rake", "rake"),
    "sample-size": ("web.cli.sample_size", "sample_size"),
    "survey": ("web.cli.survey", "survey"),
    "wave": ("web.cli.wave", "wave"),
    "invitations": ("web.cli.invitations", "invitations"),
    "units": ("web.cli.units", "units"),
    "customers": ("web.cli.customers", "customers"),
    "responses": ("web.cli.responses", "responses"),
    "demo": ("web.cli.demo", "demo"),
    "serve": ("web.cli.serve", "serve"),
    "start": ("web.cli.serve", "start"),
    "worker": ("web.cli.serve", "worker"),
    "doctor": ("web.cli.doctor", "doctor"),
    "db": ("web.cli.database", "database"),
    "backup": ("web.cli.copies", "backup"),
    "restore": ("web.cli.copies", "restore"),
    "user": ("web.cli.user", "user"),
    "audit": ("web.cli.audit", "trail"),
}


class Refusal(click.ClickException):
    """A refusal with a message; exit code 1, nothing changed."""

    def show(self, file: Any = None) -> None:
        """Write the message to standard error."""
        click.echo(spelled(self.format_message()), err=True, file=file)


class _Lazy(click.Group):
    """Loads a command's module when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        found: click.Command = getattr(importlib.import_module(module), name)
        return found


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="manyi")
def manyi() -> None:
    """满意 Manyi: surveys and a customer-satisfaction index.

    Example: manyi estimate answers.csv --model model.yaml --bootstrap 2000 --json result.json
    """


def main() -> None:
    """Run the command line; a refusal of any room is a message and exit code 1, never a traceback."""
    try:
        manyi(standalone_mode=False)
    except Refusal as refusal:
        refusal.show()
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except ValueError as error:
        # ModelError, SurveyError and SettingError are ValueErrors with a message for people.
        if type(error).__module__.split(".")[0] not in {"csi_model", "surveys", "web"}:
            raise
        click.echo(spelled(str(error)), err=True)
        sys.exit(1)
    except Exception as error:
        # Known by name, so that `manyi --help` need not load SQLAlchemy.
        if type(error).__name__ not in {"OperationalError", "ProgrammingError"} or not hasattr(error, "orig"):
            raise
        reason = (str(error.orig).strip().splitlines() or [type(error).__name__])[0]
        remedy = "Check MANYI_DATABASE_URL, and bring the database up to date: manyi db upgrade"
        click.echo(spelled(f"The database cannot be used: {reason}. {remedy}"), err=True)
        sys.exit(1)
