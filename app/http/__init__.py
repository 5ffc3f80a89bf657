"""Viva over HTTP: `application.create_app(settings)` puts the public API and the page before a running coach.

Nothing is imported here, so that who needs one part does not pay for the others.
"""
