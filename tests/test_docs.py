"""The documentation says what is so: settings, commands, links, names, the container's files."""

import ast
import importlib.util
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
import yaml

import csi_model
from web.cli import manyi
from web.config import SETTINGS, read_settings

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
# Pictures of the running site, made by `make screenshots`.
PICTURES = {"docs/images/dashboard.png", "docs/images/respondent.png"}
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(group: click.Group, path: str = "manyi") -> dict[str, click.Command]:
    """Every command that does something, by its full name."""
    found = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            found |= commands(command, f"{path} {name}")
        else:
            found[f"{path} {name}"] = command
    return found


def test_every_setting_is_documented_with_its_default():
    rows = re.findall(
        r"^\| `MANYI_(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", read("docs/configuration.md"), re.MULTILINE
    )
    assert [name for name, *_ in rows] == list(dict.fromkeys(name for name, *_ in rows))
    written = {name: default.strip("`").replace("empty", "") for name, default, *_ in rows}
    assert written == {setting.name: setting.default for setting in SETTINGS}
    assert all(len(meaning) > 20 and example for _, _, meaning, example in rows)


def test_every_example_of_a_setting_can_be_read():
    rows = re.findall(r"^\| `MANYI_(\w+)` \|.*\| `([^`]+)` \|$", read("docs/configuration.md"), re.MULTILINE)
    assert len(rows) > 20
    for name, example in rows:
        # A mail server is of use with a public address alone.
        given = {"MANYI_PUBLIC_URL": "https://survey.example", f"MANYI_{name}": example}
        assert read_settings(given)[name] not in (None, "", [])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_setting_is_named_that_does_not_exist(page):
    named = set(re.findall(r"MANYI_([A-Z_]+)", page.read_text(encoding="utf-8")))
    assert named <= {setting.name for setting in SETTINGS} | {"CONFIG", "NAME"}


def test_every_command_is_documented_with_an_example():
    page = read("docs/cli.md")
    parts = re.split(r"^## (manyi .+)$", page, flags=re.MULTILINE)
    written = dict(zip(parts[1::2], parts[2::2], strict=True))
    known = commands(manyi)
    assert written.keys() == known.keys()
    for name, text in written.items():
        assert re.search(rf"^\$ (MANYI_\w+=\S+ )?{name}\b", text, re.MULTILINE), f"{name} has no example"
        for option in known[name].params:
            if isinstance(option, click.Option):
                assert any(f"`{form}`" in text for form in option.opts), (name, option.opts)
        mentioned = set(re.findall(r"`(--[a-z-]+)`", text))
        offered = {form for option in known[name].params for form in option.opts}
        assert mentioned <= offered, (name, mentioned - offered)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_examples_exist(page):
    known = commands(manyi)
    lines = re.findall(r"^\$ (?:docker compose exec web )?(?:\w+=\S+ )*(?:\.venv/bin/)?(manyi .+)$",
                       page.read_text(encoding="utf-8"), re.MULTILINE)  # fmt: skip
    for line in lines:
        words = line.split()
        name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
        assert name is not None, line
        offered = {form for option in known[name].params for form in option.opts}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", line)) <= offered, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page):
    for one, other in LINK.findall(page.read_text(encoding="utf-8")):
        target = (one or other).split("#")[0]
        if not target or "://" in target or target.startswith("mailto:"):
            continue
        found = (page.parent / target).resolve()
        assert found.is_file() or str(found.relative_to(ROOT)) in PICTURES, f"{page.name}: {target}"


def test_the_readme_names_targets_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    readme = read("README.md")
    named = set(re.findall(r"(?:^\$ |`)make ([a-z-]+)", readme, re.MULTILINE)) - {"help"}
    listed = re.search(r"`make help` lists the other targets: (.+?)\.", readme, re.DOTALL)
    named |= set(re.findall(r"`([a-z-]+)`", listed[1]))
    assert {"run", "test", "bench"} <= named
    assert named <= targets, named - targets


def test_make_help_tells_what_every_target_is_for():
    makefile = read("Makefile")
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()
    told = re.findall(r"^([a-z-]+):.*## \w", makefile, re.MULTILINE)
    assert sorted(told) == sorted(targets)


def test_every_name_of_the_engine_on_its_page_is_on_its_face():
    page = read("docs/engine.md")
    named = set(re.findall(r"csi_model\.([A-Za-z]\w*)", page))
    assert len(named) > 25
    assert named <= set(csi_model.__all__), named - set(csi_model.__all__)
    assert all(hasattr(csi_model, name) for name in named)
    needed = re.search(r"`csi_model` needs (.+?): no web, no database", page, re.DOTALL)[1]
    known = {"scipy", "numpy", "semopy", "pandas", "threadpoolctl", "yaml"}
    assert foreign("csi_model") == known
    assert all({"yaml": "PyYAML"}.get(name, name) in needed for name in known)


def foreign(package: str) -> set[str]:
    """Give what a package imports beyond the standard library and itself."""
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names) - {package}


def test_the_three_packages_know_each_other_as_the_house_says():
    """Its first paragraph: one way, by the engine's face, with one exception that is named."""
    said = read("docs/dev/house.md").split("![", maxsplit=1)[0]
    assert "csi_model.__all__" in said
    assert {"surveys", "csi_model"} <= foreign("web")
    assert not {"web", "surveys"} & foreign("csi_model")
    assert not {"web", "csi_model"} & foreign("surveys")
    by_name = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "surveys").rglob("*.py")
        if re.search(r"(import_module|find_spec)\(\"web", path.read_text(encoding="utf-8"))
    }
    assert by_name == {"surveys/migrations/env.py"}
    assert all(f"`{path}`" in said for path in by_name)
    for path in (ROOT / "web").rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "csi_model":
                assert {each.name for each in node.names} <= set(csi_model.__all__), path
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "csi_model":
                assert node.attr in csi_model.__all__, f"{path}: {node.attr}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "dev").glob("*.md")), ids=lambda page: page.name)
def test_every_place_that_is_named_for_those_who_carry_on_is_there(page):
    named = set(re.findall(r"`((?:[a-z_.]+/)+[\w.]*)`", page.read_text(encoding="utf-8")))
    assert named
    for name in named:
        if not {"NAME", "XX", "dist"} & set(re.split(r"[./]", name)):
            assert (ROOT / name).exists() or (ROOT / f"{name}.py").exists(), name


def test_the_quick_checks_before_a_commit_are_those_of_make_lint():
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    lint = re.search(r"^lint:.*\n((?:\t.+\n)+)", read("Makefile"), re.MULTILINE)[1]
    assert {each["id"] for each in hooks} == {"ruff", "format", "imports", "templates"}
    for each in hooks:
        words = each["entry"].removeprefix(".venv/bin/").split()
        assert any(set(words) <= set(re.split(r"[\s/]+", line)) for line in lint.splitlines()), each["entry"]


def test_a_stranger_finds_how_to_contribute_and_to_report():
    for name in ("CONTRIBUTING.md", "SECURITY.md"):
        assert f"]({name})" in read("README.md")
    assert "[The house](docs/dev/house.md)" in read("CONTRIBUTING.md")
    for template in sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md")):
        _, head, body = template.read_text(encoding="utf-8").split("---", maxsplit=2)
        assert yaml.safe_load(head).keys() == {"name", "about"}
        for command in re.findall(r"`manyi (--?[a-z-]+)`", body):
            assert command in {form for option in manyi.params for form in option.opts}, command


def test_the_site_of_the_documentation_has_every_page():
    pages = [name for entry in yaml.safe_load(read("mkdocs.yml"))["nav"] for name in entry.values()]
    docs = ROOT / "docs"
    assert sorted(pages) == sorted(path.relative_to(docs).as_posix() for path in docs.rglob("*.md"))


def test_the_picture_of_the_house_is_the_house():
    found = importlib.util.spec_from_file_location("house", ROOT / "scripts" / "house.py")
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    assert script.PICTURE.read_text(encoding="utf-8") == script.draw(), "run make picture"


def test_the_container_runs_as_an_ordinary_user_and_is_checked():
    lines = read("Dockerfile").splitlines()
    last = lines[max(place for place, line in enumerate(lines) if line.startswith("FROM ")) :]
    users = [line.split()[1] for line in last if line.startswith("USER ")]
    assert users
    assert users[-1] not in {"root", "0"}
    assert any("/livez" in line for line in last)
    for source in re.findall(r"^COPY ([a-z_]+) ", read("Dockerfile"), re.MULTILINE):
        assert (ROOT / source).is_dir(), source


def test_nothing_is_installed_that_has_no_hash():
    seen = 0
    for name in ("Dockerfile", "Makefile"):
        for line in re.split(r"\n|&&|\|\|", read(name).replace("\\\n", " ")):
            if re.search(r"(pip|PIP\))\s.*\binstall\b", line):
                seen += 1
                words = set(line.split())
                own = {"--no-deps", "--no-build-isolation"} <= words and "." in words
                assert own or "--require-hashes" in words, f"{name}: {line}"
    assert seen == 8


def test_compose_has_the_site_a_worker_and_postgresql_with_known_settings():
    services = yaml.safe_load(read("compose.yaml"))["services"]
    assert services.keys() == {"database", "upgrade", "web", "worker"}
    assert services["database"]["image"].startswith("postgres:")
    assert services["worker"]["command"] == ["manyi", "worker"]
    assert services["worker"]["environment"] == services["web"]["environment"]
    names = {f"MANYI_{setting.name}" for setting in SETTINGS}
    assert services["web"]["environment"].keys() <= names
    defaults = {
        name: re.sub(r"\$\{\w+(?::-(.*?)|:\?.*?)?\}", r"\1", str(text))
        for name, text in services["web"]["environment"].items()
    }
    read_settings(defaults)
    assert services["web"]["depends_on"]["upgrade"]["condition"] == "service_completed_successfully"
    upgrade = services["upgrade"]
    assert upgrade["command"] == ["manyi", "db", "upgrade"]
    assert upgrade["depends_on"]["database"]["condition"] == "service_healthy"
    owner = {"MANYI_OWNER_URL": upgrade["environment"].pop("MANYI_OWNER_URL")}
    assert upgrade["environment"] == services["web"]["environment"], "the owner's password stays there alone"
    read_settings(defaults | {"MANYI_OWNER_URL": re.sub(r"\$\{\w+\}", "x", owner["MANYI_OWNER_URL"])})
    users = {
        urlsplit(str(each)).username for each in (owner["MANYI_OWNER_URL"], defaults["MANYI_DATABASE_URL"])
    }
    assert users == {"manyi", "site"}
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"])
