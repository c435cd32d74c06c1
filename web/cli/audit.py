"""`manyi audit`: whether anything was changed unseen."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from surveys import anchors, audit
from surveys.anchors import Anchor
from surveys.keys import keys_of
from surveys.proving import restoring
from surveys.proving.proof import prove
from web import anchoring
from web.cli import Refusal
from web.cli.database import ACTOR, record, session
from web.config import read_settings

FOUND: Final = 1
NOT_CHECKED: Final = 2


@click.group("audit")
def trail() -> None:
    """Prove that nothing was changed unseen, and keep the keys of that proof.

    Example: manyi audit verify
    """


@trail.command()
@click.option("--anchor", metavar="FILE|TEXT", help="An anchor that was kept elsewhere, or a file with some.")
def verify(anchor: str | None) -> None:
    """Check the trail against its keys and anchors, and the data against the trail.

    Exit code 0: intact; 1: something was changed, said in a line each; 2: not everything can be checked.

    Example: manyi audit verify --anchor 1234:0f3a9c5e7b1d2f48
    """
    outside = [*(_given(anchor) if anchor else ()), *(anchoring.kept(read_settings()) or ())]
    from web.accounts.standing import unaccounted  # noqa: PLC0415  loads the accounts

    with session() as opened:
        proof = prove(opened, outside, unaccounted)
    for each in (*proof.findings, *proof.unknown):
        click.echo(each.text())
    if proof.findings:
        click.echo(f"Findings: {len(proof.findings)}.", err=True)
        sys.exit(FOUND)
    if proof.unknown:
        click.echo("Not everything can be checked, so nothing is said to be intact.", err=True)
        sys.exit(NOT_CHECKED)
    alone = f" The newest {proof.newer} entries are proved on this machine only." if proof.newer else ""
    click.echo(f"Intact: {proof.end}.{alone}")


@trail.command("rotate-key")
def rotate_key() -> None:
    """Use new keys from now on; keep the former ones, without which nothing that they prove can be checked.

    Example: manyi audit rotate-key
    """
    with session() as opened:
        key = keys_of(opened).add("audit")
        keys_of(opened).add("seal")
        record(opened, "trail.rotate_key", "trail", {"key": key.name})
        folder = keys_of(opened).folder
    click.echo(f"{folder} has new keys, which are used from now on. Keep the former ones.", err=True)


@trail.command()
def anchor() -> None:
    """Print how the trail ends; kept elsewhere, it proves all that came before.

    Example: manyi audit anchor
    """
    with session() as opened:
        end = audit.end(opened)
    if end is None:
        raise Refusal("The trail is empty. Run manyi db upgrade.")
    click.echo(f"{end.number}:{end.head}")


@trail.command()
@click.argument("reason")
def restored(reason: str) -> None:
    """Note that a copy of the database was put back by other means than `manyi restore`, and why.

    Without this entry what the copy lacks counts as removed. How long the trail was is taken from anchor.log.

    Example: manyi audit restored "pg_restore of the copy of 1 March after the disk failed"
    """
    if not reason.strip():
        raise Refusal("Say why the copy was put back.")
    with session() as opened:
        number = restoring.note(opened, before=None, actor=ACTOR, reason=reason, now=datetime.now(UTC))
        opened.commit()
    click.echo(f"Noted; {number} ends of the trail that this machine knew were given up.", err=True)


def _given(text: str) -> list[Anchor]:
    path = Path(text)
    try:
        found = anchors.read(path.read_text(encoding="utf-8", errors="replace") if path.is_file() else text)
    except OSError as error:
        raise Refusal(f"{text} cannot be read: {error.strerror}.") from None
    if not found:
        raise Refusal(f"{text[:80]} holds no anchor. One looks like 1234:0f3a9c5e7b1d2f48.")
    return found
