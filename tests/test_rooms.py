"""The house: rooms stand in the data's order, and imports and relations run upstream only."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

ROOT = Path(settings.BASE_DIR)
ROOMS = [room.split(".")[1] for room in settings.ROOMS]
RANK = {"lib": -1, **{room: rank for rank, room in enumerate(ROOMS)}}
TOP = {
    "manage.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "coding",
    "templates",
    "static",
    "tests",
    "fixtures",
}
FRAMES = {"settings.py", "urls.py", "api.py", "wsgi.py", "__init__.py"}


def room_files():
    for path in sorted((ROOT / "coding").rglob("*.py")):
        parts = path.relative_to(ROOT / "coding").parts
        if len(parts) > 1:
            yield path, parts[0]


def imported_rooms(path):
    """Every `coding.<room>` that a file imports, also inside functions and as text for import_module."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] == "coding" and len(parts) > 1 and parts[1] in RANK:
                yield parts[1], node.lineno


def test_no_room_imports_a_room_below_it():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {other}"
        for path, room in room_files()
        for other, line in imported_rooms(path)
        if RANK[other] > RANK[room]
    ]
    assert wrong == []


def test_every_module_stands_in_a_room():
    folders = {path.name for path in (ROOT / "coding").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(RANK)
    assert {path.name for path in (ROOT / "coding").glob("*.py")} == FRAMES


def test_no_model_points_to_a_room_below_it():
    wrong = []
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            for field in model._meta.get_fields():
                target = field.related_model._meta.app_label if field.related_model else room
                own = not field.auto_created
                if own and target in RANK and RANK[target] > RANK[room]:
                    wrong.append(f"{model.__name__}.{field.name} points to {target}")
    assert wrong == []


def reverse_names():
    """Accessors that lower rooms put on upper models: name -> (room of the owner, lowest room that it reaches)."""
    names = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            for field in model._meta.get_fields():
                if field.auto_created and not field.concrete and field.related_model:
                    other = field.related_model._meta.app_label
                    accessor = field.get_accessor_name()
                    if other in RANK and RANK[other] > RANK[room] and accessor:
                        names.setdefault(accessor, set()).add(other)
    return names


def test_no_reverse_accessor_is_used_from_above():
    names = reverse_names()
    wrong = []
    for path, room in room_files():
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in names:
                lowest = min(RANK[other] for other in names[node.attr])
                if lowest > RANK[room]:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} uses .{node.attr}")
    assert wrong == []


def test_installed_apps_and_urls_list_the_rooms_in_order():
    installed = [app for app in settings.INSTALLED_APPS if app in settings.ROOMS]
    assert installed == settings.ROOMS
    included = [
        line.split('include("coding.')[1].split(".")[0]
        for line in (ROOT / "coding" / "urls.py").read_text().splitlines()
        if 'include("coding.' in line and ".urls" in line
    ]
    assert included == [room for room in ROOMS if room in included]


def test_the_top_of_the_house_holds_nothing_else():
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.suffix != ".egg-info"}
    assert found - {"build"} <= TOP


def routes(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


@pytest.mark.parametrize(
    ("route", "view"), [pytest.param(r, v, id=r or "home") for r, v in routes(get_resolver().url_patterns)]
)
def test_every_route_names_its_access_class(route, view):
    if route.startswith("admin/"):
        return
    named = getattr(view, "access", None) or getattr(getattr(view, "cls", None), "access", None)
    assert named, f"{route} does not say who may open it"
