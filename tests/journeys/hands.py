"""How somebody edits: with mouse and scripts, with the keyboard alone, or in a browser without scripts."""

FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe"
# How many times Tab leads from what has the focus to a part, backwards if it is less than nothing.
STEPS = """([found, all]) => {
    const parts = [...document.querySelectorAll(all)];
    const one = (each) => each.type !== "radio" || each.checked || each === document.activeElement;
    const seen = parts.filter((each) => each.checkVisibility() && !each.disabled && one(each));
    return seen.indexOf(found) - seen.indexOf(document.activeElement);
}"""


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


class Keyboard(Mouse):
    """Tab leads to everything, keys do the rest."""

    def reach(self, found):
        # Tab also passes through the page inside the page, and parts of the page are put in anew after a
        # change: look again where it has led.
        for _ in range(12):
            if found.evaluate("each => each === document.activeElement"):
                return
            steps = self.page.evaluate(STEPS, [found.element_handle(), FOCUSABLE])
            for _ in range(abs(steps)):
                self.page.keyboard.press("Tab" if steps > 0 else "Shift+Tab")
        raise AssertionError("Tab leads there")

    def tick(self, found):
        self.reach(found)
        self.page.keyboard.press("Space")

    def choose(self, found, value):
        self.reach(found)
        place, here = found.evaluate(
            "(each, value) => [[...each.options].findIndex((one) => [one.value, one.label].includes(value)),"
            " each.selectedIndex]", value,
        )  # fmt: skip
        for _ in range(abs(place - here)):
            self.page.keyboard.press("ArrowDown" if place > here else "ArrowUp")

    def type(self, found, value):
        self.reach(found)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(value)

    def press(self, what):
        self.reach(self.found(what))
        self.page.keyboard.press("Enter")

    def save(self):
        self.page.keyboard.press("Tab")
        self.page.wait_for_function("() => document.getElementById('saving').textContent.startsWith('Saved')")
