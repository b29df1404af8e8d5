"""Barbican's API as gunicorn serves it, without Keystone before it: whoever asks says itself who it is."""

from barbican.api import app
from barbican.api.middleware.context import ContextMiddleware

application = ContextMiddleware(app.create_main_app({}))
