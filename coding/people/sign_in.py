"""Who a request comes from: Django's sessions and accounts, each asked for by a prepared query.

Every request asks both, and building the two queries took a fifth of a save.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db.models import DateTimeField

from coding.lib import clock
from coding.lib.prepared import Prepared, Slot, number, text
from coding.people.models import User

ACCOUNT = Prepared(lambda: User.objects.filter(pk=number("pk")))
SESSION = Prepared(
    lambda: db.SessionStore.get_model_class().objects
    .filter(session_key=text("key"), expire_date__gt=Slot("now", DateTimeField()))
    .values_list("session_data", flat=True)
)  # fmt: skip


class Accounts(ModelBackend):
    """Accounts with a password."""

    def get_user(self, user_id: int) -> User | None:
        return next((user for user in ACCOUNT(pk=user_id) if self.user_can_authenticate(user)), None)


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def load(self) -> dict[str, Any]:
        for data in SESSION(key=self.session_key, now=clock.now()):
            said: dict[str, Any] = self.decode(data)
            return said
        self._session_key = None
        return {}
