"""The real settings, with passwords that are hashed in few rounds: what is tested is not how long that takes."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from coding.settings import *  # noqa: F403


class FewRounds(PBKDF2PasswordHasher):
    iterations = 1


PASSWORD_HASHERS = ["tests.browser.settings.FewRounds"]
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["css", "js", "svg"]  # of the machine itself they are asked without need of it
