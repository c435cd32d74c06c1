"""The command line: one module a group of commands, each loaded only when it is asked for."""

import importlib
import sys
from typing import Any

import click

from web import languages  # noqa: F401  refusals are told in its words
from web.spelling import spelled

# Command → module, attribute, and what `manyi --help` says of it: that imports no numpy, Flask and all.
COMMANDS = {
    "estimate": ("web.cli.estimate", "estimate", "Estimate the index from a data file and a model file."),
    "model": ("web.cli.model", "model", "Check a model file, and write it as MODEL.yaml."),
    "compare": ("web.cli.compare", "compare", "Compare groups or waves: differences, tests, invariance."),
    "trend": ("web.cli.trend", "trend", "Follow the index over the waves of a data file."),
    "evaluate": (
        "web.cli.evaluate",
        "evaluate",
        "Estimate what a measure did: units with it against units without.",
    ),
    "priorities": ("web.cli.priorities", "priorities", "Rank what would lift the index most."),
    "what-if": ("web.cli.what_if", "what_if", "What would the index gain if questions were answered better?"),
    "segments": (
        "web.cli.segments",
        "segments",
        "Do respondents fall into segments that other things satisfy?",
    ),
    "figures": (
        "web.cli.figures",
        "figures",
        "NPS, top boxes, effort, Kano, price tolerance, facets: figures beside the index.",
    ),
    "rake": ("web.cli.rake", "rake", "Weight answers to known shares of the population."),
    "sample-size": ("web.cli.sample_size", "sample_size", "How many answers does an index need?"),
    "survey": ("web.cli.survey", "survey", "Questionnaires in and out."),
    "wave": ("web.cli.wave", "wave", "Quotas and rates of a wave."),
    "invitations": ("web.cli.invitations", "invitations", "Links for customers, and what became of them."),
    "units": ("web.cli.units", "units", "The units of the organisation."),
    "customers": ("web.cli.customers", "customers", "The customers of the frame."),
    "responses": ("web.cli.responses", "responses", "Answers out."),
    "demo": ("web.cli.demo", "demo", "Make a simulated utility with known truth."),
    "serve": ("web.cli.serve", "serve", "Serve the site."),
    "start": (
        "web.cli.serve",
        "start",
        "Database, demo content where missing, and the server: what `make run` does.",
    ),
    "worker": ("web.cli.serve", "worker", "Carry out background jobs."),
    "doctor": ("web.cli.doctor", "doctor", "Say what is wrong with the installation."),
    "db": ("web.cli.database", "database", "The database's schema."),
    "backup": ("web.cli.copies", "backup", "Copy the SQLite database while it is in use."),
    "restore": ("web.cli.copies", "restore", "Put a copy back in place of the SQLite database."),
    "user": ("web.cli.user", "user", "Staff accounts."),
    "audit": ("web.cli.audit", "trail", "Whether anything was changed unseen."),
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
        module, name, _ = COMMANDS[cmd_name]
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Tell of the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, _, what) in COMMANDS.items()])


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
