"""A draft of a file in which nearly everything is missing has all its pages."""

import io
import json

import pytest

from tests.surveys.worlds import text
from tests.web.visiting import HEADERS, check_page

PAGES = (
    "", "/findings", "/codebook", "/logic", "/print", "/translation", "/review", "/history", "/pilot",
    "/library", "/bring", "/search?q=x",
)  # fmt: skip


def bring(designer, file):
    sent = {"csrf_token": designer.mark(), "source": "file", "code": "", "title": ""}
    data = sent | {"file": (io.BytesIO(file), "a.json")}
    begun = designer.client.post(
        "/questionnaires/new", data=data, content_type="multipart/form-data", headers=HEADERS
    )
    assert begun.status_code == 303, begun.text


@pytest.mark.parametrize("file", [b'{"code": "half"}', b'{"code": "half", "title": {}}'])
def test_a_draft_without_a_title_is_called_by_its_code(designer, file):
    bring(designer, file)
    for page in PAGES:
        answer = designer.client.get(f"/questionnaires/draft/half{page}", headers=HEADERS)
        assert answer.status_code < 500, page
        if answer.status_code == 200 and not page:
            assert "half" in check_page(answer).h1.get_text()


@pytest.mark.parametrize("point", ["--3", "²", "٣", "9" * 5000, "", "-"])
def test_what_is_named_by_no_number_has_its_pages(designer, point):
    labels = {point: text("Odd"), "2": text("Two")}
    options = [{"code": code, "value": value, "text": text(code)} for value, code in enumerate("ab", 1)]
    questions = [
        {"type": "rating", "code": "S", "text": text("Rate"), "scale": "s", "labels": labels},
        {"type": "single", "code": "C", "text": text("C"), "options": options,
         "options_from": {"question": f"#n{point}", "not_for": {"a": 1}}},
    ]  # fmt: skip
    document = {
        "code": "half", "title": text("Half"), "scales": {"s": {"low": 1, "high": 5, "labels": labels}},
        "pipes": {"p": {"question": f"#n{point}"}},
        "sections": [{"code": "one", "title": text("One"), "questions": questions}],
    }  # fmt: skip
    bring(designer, json.dumps(document).encode())
    tree = designer.browse("/questionnaires/draft/half").select(".editor-tree a")
    parts = [link["href"] for link in tree]
    assert len(parts) >= 4
    for part in parts:
        designer.browse(part)
