"""`manyi demo`: a simulated utility with known truth."""

from datetime import UTC, datetime

import click

from web.cli import Refusal
from web.cli.database import instance_folder, session, upgraded


@click.command()
@click.option(
    "--responses",
    metavar="N",
    type=click.IntRange(60, 1_000_000),
    default=1200,
    show_default=True,
    help="People a wave.",
)
@click.option("--waves", metavar="N", type=click.IntRange(1, 24), default=6, show_default=True)
@click.option(
    "--seed", metavar="N", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Of chance."
)
@click.option("--if-missing", is_flag=True, help="Do nothing where the demo is there already.")
def demo(responses: int, waves: int, seed: int, *, if_missing: bool) -> None:
    """Simulate a utility: units, a published questionnaire, waves of answers, runs; truth in demo-truth.json.

    Example: manyi demo --responses 3000 --waves 6 --seed 7
    """
    from web.demo import build  # noqa: PLC0415  loads the whole model

    upgraded()
    with session() as opened:
        if build.exists(opened):
            if if_missing:
                return
            raise Refusal("The demo is there already. Set MANYI_INSTANCE to another folder for a second one.")
        build.build(
            opened,
            responses=responses,
            waves=waves,
            seed=seed,
            truth_file=instance_folder() / "demo-truth.json",
            now=datetime.now(UTC),
            say=lambda text: click.echo(f"  {text}", err=True),
        )
    click.echo("The demo is ready.", err=True)
