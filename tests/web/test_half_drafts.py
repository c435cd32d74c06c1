"""A draft of a file in which nearly everything is missing has all its pages."""

import io

import pytest

from tests.web.visiting import HEADERS, check_page

PAGES = (
    "", "/findings", "/codebook", "/logic", "/print", "/translation", "/review", "/history", "/pilot",
    "/library", "/bring", "/search?q=x",
)  # fmt: skip


@pytest.mark.parametrize("file", [b'{"code": "half"}', b'{"code": "half", "title": {}}'])
def test_a_draft_without_a_title_is_called_by_its_code(designer, file):
    sent = {"csrf_token": designer.mark(), "source": "file", "code": "", "title": ""}
    data = sent | {"file": (io.BytesIO(file), "a.json")}
    begun = designer.client.post(
        "/questionnaires/new", data=data, content_type="multipart/form-data", headers=HEADERS
    )
    assert begun.status_code == 303, begun.text
    for page in PAGES:
        answer = designer.client.get(f"/questionnaires/draft/half{page}", headers=HEADERS)
        assert answer.status_code < 500, page
        if answer.status_code == 200 and not page:
            assert "half" in check_page(answer).h1.get_text()
