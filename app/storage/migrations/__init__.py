"""The history of the tables, as Alembic revisions in `versions/`.

A new one: change `app/storage/models.py`, add `versions/000N_what.py`, set HEAD. Tests hold HEAD against Alembic's
own head and the migrated tables against the models, and print what differs.
"""

#: The newest revision. A database that stands at it is opened without importing Alembic.
HEAD = "0002"
