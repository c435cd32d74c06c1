"""Routers and compiled pages, made once for each version and language in a process."""

from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from surveys.asking.router import Router
from surveys.editing import publishing
from surveys.models import Version, Wave
from web.respond.compile import CompiledPage

HASH = select(Version.content_hash).where(Version.id == bindparam("version"))
_ROUTERS: dict[str, Router] = {}


def router_of(session: Session, wave: Wave) -> Router:
    """Give the router of a wave's version; versions never change, so each is made once a process.

    The key is the content, not the number: tests and restored databases use numbers again. Only the hash is
    read, because the document of a questionnaire is large.
    """
    content_hash = session.scalars(HASH, {"version": wave.version_id}).one()
    router = _ROUTERS.get(content_hash)
    if router is None:
        router = _ROUTERS[content_hash] = Router(publishing.load_document(wave.version))
    return router


@lru_cache(maxsize=4096)
def page_of(router: Router, section: str, language: str) -> CompiledPage:
    """Give a compiled page; the first request for it compiles."""
    return CompiledPage(router, router.document.section(section), language)


def language_of(router: Router, wanted: str) -> str:
    """Give the language to speak: the wanted one where the questionnaire has it, else its first."""
    return wanted if wanted in router.document.languages else router.document.languages[0]
