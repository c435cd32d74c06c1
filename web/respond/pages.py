"""Routers and compiled pages, made once for each version and language in a process."""

from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from surveys.asking.router import Router
from surveys.editing import publishing
from surveys.models import Version, Wave
from web.respond.compile import CompiledPage

HASH = select(Version.content_hash).where(Version.id == bindparam("version"))


def router_of(session: Session, wave: Wave) -> Router:
    """Give the router of a wave's version. Only its hash is read: the document is large."""
    content_hash = session.scalars(HASH, {"version": wave.version_id}).one()
    return publishing.router_of(content_hash, lambda: publishing.load_document(wave.version))


@lru_cache(maxsize=4096)
def page_of(router: Router, section: str, language: str) -> CompiledPage:
    """Give a compiled page; the first request for it compiles."""
    return CompiledPage(router, router.document.section(section), language)


def language_of(router: Router, wanted: str) -> str:
    """Give the language to speak: the wanted one where the questionnaire has it, else its first."""
    return wanted if wanted in router.document.languages else router.document.languages[0]
