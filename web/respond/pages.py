"""Routers and compiled pages, made once for each version and language in a process."""

from functools import lru_cache

from surveys import publishing
from surveys.models import Version, Wave
from surveys.routing import Router
from web.respond.compile import CompiledPage

_ROUTERS: dict[str, Router] = {}


def router_of(wave: Wave) -> Router:
    """Give the router of a wave's version; versions never change, so each is made once a process.

    The key is the content, not the number: tests and restored databases use numbers again.
    """
    version: Version = wave.version
    router = _ROUTERS.get(version.content_hash)
    if router is None:
        router = _ROUTERS[version.content_hash] = Router(publishing.load_document(version))
    return router


@lru_cache(maxsize=4096)
def page_of(router: Router, section: str, language: str) -> CompiledPage:
    """Give a compiled page; the first request for it compiles."""
    return CompiledPage(router, router.document.section(section), language)


def language_of(router: Router, wanted: str) -> str:
    """Give the language to speak: the wanted one where the questionnaire has it, else its first."""
    return wanted if wanted in router.document.languages else router.document.languages[0]
