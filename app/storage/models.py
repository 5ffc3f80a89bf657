"""The tables. A change here needs a new revision in `app/storage/migrations/versions`; a test holds the two equal.

The JSON columns hold events: the engine of `app.storage.database` writes and reads them with one pydantic
adapter, so a row's `body` is an Event, not a dict.
"""

from datetime import datetime

from sqlalchemy import JSON, DateTime, ForeignKey, Index, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.events import Event


class Base(DeclarativeBase):
    """Every constraint gets a name, without which SQLite could never change it later."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class InterviewRow(Base):
    """The head of an interview, or of a story: what a list of them shows, so that it need not read every event.

    Times are UTC. `kind` is `interview` or `story`; `turn` counts the answers accepted so far; `status` is `open` or
    `finished`; `started` is the first event.
    """

    __tablename__ = "interviews"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), server_default="interview")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[str] = mapped_column(String(16))
    turn: Mapped[int]
    started: Mapped[Event] = mapped_column(JSON)

    __table_args__ = (Index(None, "created_at", "id"),)


class EventRow(Base):
    """One event. `seq` counts from 1 within an interview; as half of the primary key it lets one writer win."""

    __tablename__ = "events"

    interview_id: Mapped[str] = mapped_column(ForeignKey(InterviewRow.id, ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    body: Mapped[Event] = mapped_column(JSON)
