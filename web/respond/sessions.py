"""The database session of a request of respondents."""

from flask import Flask, current_app, g
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

NAME = "respond"


def configure(app: Flask, sessions: sessionmaker[Session]) -> None:
    """Let requests of the app take their sessions from there."""
    app.extensions[NAME] = sessions
    app.teardown_appcontext(_close)


def current() -> Session:
    """Give the session of this request; it is closed when the request ends."""
    if "respond_session" not in g:
        g.respond_session = current_app.extensions[NAME]()
    session: Session = g.respond_session
    return session


def rollback() -> None:
    """Forget what this request has done since the last commit."""
    if "respond_session" in g:
        g.respond_session.rollback()


def _close(_error: BaseException | None) -> None:
    if "respond_session" in g:
        session: Session = g.pop("respond_session")
        try:
            session.close()
        except OperationalError:
            session.invalidate()  # the database has gone since: what was answered is kept, and said
