"""The WSGI entry for any production server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding.settings")
application = get_wsgi_application()

# Whatever is loaded by now stays: the collector need not look through it again and again.
gc.collect()
gc.freeze()
