"""Engines: each a judge and a speaker behind the ports of `app.core.ports`."""
