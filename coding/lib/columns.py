"""The columns that many nouns share."""

import uuid

from django.db import models

from coding.lib import ids


class Public(models.Model):
    """A row that appears in a URL or payload, under a random id."""

    uid = models.UUIDField(default=ids.new_uid, unique=True, editable=False)

    class Meta:
        abstract = True

    def ref(self) -> str:
        """Name this row in events: kind and public id."""
        return f"{self._meta.model_name}:{self.uid}"


def as_uid(text: str) -> uuid.UUID | None:
    """Read a public id; None where the text is none."""
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
