"""How somebody edits: with mouse and scripts, or in a browser without scripts."""


class Mouse:
    """Points and clicks; scripts save what is written."""

    has_scripts = True

    def __init__(self, page):
        self.page = page

    def fields(self, **values):
        """Write into fields of the part's form by their paths (`__` for `/`), and see them saved."""
        for name, value in values.items():
            self.write(f"#part [name='v:{name.replace('__', '/')}']", value)
        self.save()

    def write(self, selector, value):
        found = self.page.locator(selector)
        folded = found.locator("xpath=ancestor::details[not(@open)]/summary")
        if folded.count():
            self.press(folded)
        kind = found.evaluate("each => each.type")
        if kind == "checkbox":
            self.tick(found)
        elif kind == "select-one":
            self.choose(found, value)
        else:
            self.type(found, value)

    def tick(self, found):
        found.check()

    def choose(self, found, value):
        found.select_option(value)

    def type(self, found, value):
        found.fill(value)

    def press(self, what):
        self.found(what).click()

    def found(self, what):
        return (self.page.locator(what) if isinstance(what, str) else what).first

    def save(self):
        """Leave the field: it is saved by itself."""
        self.page.evaluate("document.activeElement.blur()")
        saved = "() => document.getElementById('saving').textContent.startsWith('Saved')"
        self.page.wait_for_function(saved)

    def go(self, selector):
        """Press what leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.press(selector)


class NoScripts(Mouse):
    """Presses Save."""

    has_scripts = False

    def save(self):
        self.go("#part button[type=submit]")
