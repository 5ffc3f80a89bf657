"""The settings: environment variables with the prefix VIVA_, each with a default that works."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.events import Round
from app.core.mock_loop import parse_weights


class Settings(BaseSettings):
    """Read from the environment when it is made, never at import. Every field has its line in the README."""

    model_config = SettingsConfigDict(env_prefix="VIVA_", frozen=True, extra="ignore", populate_by_name=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on; any but loopback needs VIVA_API_KEYS")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on")
    api_keys: Annotated[tuple[str, ...], NoDecode] = Field(default=(), description="Keys that callers send, separated by commas")
    data_dir: Path = Field(default=Path("viva-data"), description="Folder of the database and the index")
    database_url: str | None = Field(default=None, description="A PostgreSQL URL, in place of SQLite in the data folder")
    chroma_url: str | None = Field(default=None, description="A Chroma server's URL, in place of the index in the data folder")
    content_dir: Path | None = Field(
        default=None, description="A folder with more knowledge/ and rubrics/, added to those shipped"
    )
    embedding_model: str | None = Field(default=None, description="Another sentence-transformers model: its name or folder")
    engine: Literal["llm", "offline"] | None = Field(
        default=None, description="Engine of an interview that names none; left out: llm where a model is named, else offline"
    )
    judge_model: str | None = Field(default=None, description="Model that judges; naming one sets up the engine llm")
    speaker_model: str | None = Field(
        default=None, description="Model that words what the interviewer says; left out: the judge's"
    )
    judge_samples: int = Field(default=1, ge=1, le=9, description="Judgements of each answer; their median counts")
    llm_timeout: float = Field(
        default=60, gt=0, le=600, description="Seconds that a model has for one answer, all tries together"
    )
    llm_concurrency: int = Field(default=64, ge=1, le=1000, description="Requests under way at once, at most")
    prices: Path | None = Field(default=None, description="A YAML file with what tokens cost")
    follow_ups: int = Field(default=3, ge=0, le=10, description="Follow-ups to a question, at most")
    mock_weights: str = Field(
        default="coding=40,concepts=30,system-design=20,behavioral=10", description="Rounds of a mock loop with their weights"
    )
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias="OPENAI_API_KEY", description="Key for the model's server, where it wants one"
    )
    openai_base_url: str | None = Field(
        default=None, validation_alias="OPENAI_BASE_URL", description="Where the model's server is; left out: OpenAI's"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="warning", description="How much the server logs")

    @field_validator("api_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(key.strip() for key in value.split(",") if key.strip()) if isinstance(value, str) else value

    @field_validator("mock_weights")
    @classmethod
    def _weighed(cls, value: str) -> str:
        try:
            weighed = any(parse_weights(value).values())
        except ValueError:
            weighed = False
        if not weighed:
            raise ValueError(f"write it as {cls.model_fields['mock_weights'].default}; whole numbers, not all 0")
        return value

    @property
    def round_weights(self) -> dict[Round, int]:
        """The weight of each round of a mock loop."""
        return parse_weights(self.mock_weights)

    @property
    def default_engine(self) -> str:
        """The engine in force where none is named."""
        return self.engine or ("llm" if self.judge_model else "offline")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'viva.sqlite'}"
