"""Verbs over scales: bring one in from its plain form."""

from typing import Any

from django.db import transaction

from coding.codes.checks import NameTaken
from coding.codes.models import Scale
from coding.codes.rules import add_scale
from coding.people.models import Project, User
from coding.people.rules import lock_project_stream


@transaction.atomic
def import_scale(by: User, project: Project, content: dict[str, Any]) -> Scale:
    """Add a scale that was read from a file (see `scale_files`); a project may hold several. Raises NameTaken."""
    lock_project_stream(project)
    if Scale.objects.filter(project=project, name=content["name"]).exists():
        raise NameTaken(f"There is a scale “{content['name']}” already. Give this one another name.")
    return add_scale(by, project, content)


def counted(scale: Scale) -> str:
    """Say what a scale holds."""
    layers = list(scale.layers.prefetch_related("categories"))
    categories = sum(len(layer.categories.all()) for layer in layers)
    return (f"“{scale}”: {categories} categor{'y' if categories == 1 else 'ies'} in {len(layers)} "
            f"layer{'' if len(layers) == 1 else 's'}, rated by {scale.rating_kind}.")  # fmt: skip
