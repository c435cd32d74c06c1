"""Drafts on pages, for tests."""

import io
import json

from tests.surveys.drafts import DOCUMENT

DRAFT = "/questionnaires/draft/small"


def begin(designer, document=DOCUMENT, status: int = 303, **fields):
    """Begin a draft from a file, as a designer does."""
    text = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    page = designer.browse("/questionnaires/new")
    data = {"csrf_token": page.select_one("main form [name=csrf_token]")["value"], "source": "file"} | fields
    data["file"] = (io.BytesIO(text), "q.json")
    response = designer.client.post(
        "/questionnaires/new",
        data=data,
        content_type="multipart/form-data",
        headers={"Accept-Language": "en"},
    )
    assert response.status_code == status, response.text[-3000:]
    return response


def document_of(designer, draft: str = DRAFT):
    """Give the draft as it stands."""
    return json.loads(designer.client.get(f"{draft}/document.json").text)
