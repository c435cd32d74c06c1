"""docs/method.md: every worked example is recomputed."""

import doctest
import re
from pathlib import Path

METHOD = Path(__file__).parents[1] / "docs" / "method.md"


def test_every_worked_example_gives_what_it_says():
    blocks = re.findall(r"```python\n(.*?)```", METHOD.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) >= 10
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    parser = doctest.DocTestParser()
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        example = parser.get_doctest(block, names, f"block {number + 1}", str(METHOD), 0)
        runner.run(example, clear_globs=False)
        names = example.globs
    assert runner.tries >= 20
    assert runner.failures == 0
