"""Which language a page speaks: the switch, then the browser, then the site's own."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers
from flask import Flask, Response, current_app, g, has_request_context, request, url_for
from flask_babel import Babel, get_locale

from surveys import words

COOKIE = "manyi_lang"


def names() -> dict[str, str]:
    """Give the languages of the site: code → the language's own name."""
    return {code: language.name for code, language in words.spoken().items()}


def name_of(language: str) -> str:
    """Give a language's own name, as the site's words or else Babel knows it; its code where neither does."""
    return names().get(language) or _babel_name(language)


@cache
def _babel_name(language: str) -> str:
    known = _known(language)
    return (known.get_display_name() if known is not None else None) or language


@cache
def _known(language: str) -> Locale | None:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return None


def direction(language: str) -> str:
    """Give the direction in which a language is written, as HTML names it."""
    known = _known(tag(language))
    return known.text_direction if known is not None else "ltr"


def further() -> list[tuple[str, str]]:
    """Give languages by code and name, in the page's language and their own, for who adds one."""
    teller = Locale.parse(locale(choose()))
    known = (Locale.parse(code) for code in locale_identifiers() if code.isalpha())
    return [(each.language, f"{each.get_display_name(teller)} · {each.get_display_name()}") for each in known]


def tag(language: str) -> str:
    """Give the tag that browsers know a language by; its code where the site does not speak it."""
    known = words.spoken().get(language)
    return known.tag if known else language


def locale(language: str) -> str:
    """Give the name of the locale: Flask-Security files its Chinese under the full one, ours is found too."""
    known = words.spoken().get(language)
    return known.locale if known else words.FALLBACK


def own() -> str:
    """Give the site's own language, that of those who chose none."""
    language: str = current_app.config["BABEL_DEFAULT_LOCALE"]
    return language


def choose() -> str:
    """Give the language of the request."""
    if not has_request_context():
        return words.FALLBACK
    if "language" not in g:
        asked = request.args.get("lang", "")
        kept = request.cookies.get(COOKIE, "")
        if asked in words.spoken():
            g.language, g.language_asked = asked, True
        elif kept in words.spoken():
            g.language = kept
        else:
            header = request.accept_languages
            g.language = header.best_match([own(), *words.spoken()], own()) if header else own()
    language: str = g.language
    return language


def choose_of(offered: Sequence[str]) -> str:
    """Give in which of a questionnaire's languages the request asks for it, be they the site's own or not."""
    asked = request.args.get("lang", "")
    if asked in offered:
        g.language, g.language_asked = asked, True
        return asked
    kept = request.cookies.get(COOKIE, "")
    if kept in offered:
        return kept
    first = own() if own() in offered else offered[0]
    header = request.accept_languages
    return header.best_match([first, *offered], first) if header else first


def keep(response: Response) -> Response:
    """Remember a switched language for a year."""
    if g.get("language_asked"):
        set_cookie(response, g.language)
    return response


def set_cookie(response: Response, language: str) -> None:
    """Write the language cookie."""
    response.set_cookie(
        COOKIE,
        language,
        max_age=timedelta(days=365),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["MANYI"]["HTTPS"],
    )


def switch_url(language: str) -> str:
    """Give the address of the present page in another language."""
    if request.endpoint is None or request.method != "GET":
        return url_for("home.landing", lang=language)
    # The query is put on by hand: to `url_for`, names such as `_scheme` or those of the route mean something.
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    path = url_for(request.endpoint, **(request.view_args or {}))
    return f"{path}?{urlencode([*kept, ('lang', language)])}"


def text(texts: object, language: str | None = None) -> str:
    """Give a text of a document (language → text) in the page's language, as a template filter."""
    if not isinstance(texts, Mapping):
        return str(texts)
    language = language or choose()
    return str(texts.get(language) or texts.get(words.FALLBACK) or next(iter(texts.values()), ""))


def configure(app: Flask, babel: Babel) -> None:
    """Bind languages to the app and its templates."""
    babel.init_app(app, locale_selector=lambda: locale(choose()))
    app.after_request(keep)
    app.add_template_filter(text, "text")
    app.context_processor(
        lambda: {
            "language": choose(),
            "language_tag": tag(choose()),
            "language_tag_of": tag,
            "language_name_of": name_of,
            "language_direction_of": direction,
            "languages": names(),
            "switch_url": switch_url,
            "locale": get_locale(),
        }
    )
