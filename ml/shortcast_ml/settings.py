"""Settings: environment variables with prefix SHORTCAST_, or a `.env` file in the working directory."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a user may set. Nothing is read before an instance is made."""

    model_config = SettingsConfigDict(
        env_prefix="SHORTCAST_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(
        default_factory=lambda: user_data_path("shortcast", appauthor=False),
        description="Where the library, the index, conversations and pictures are kept.",
    )
    model: str = Field("starter", description="Forecast model: `starter`, or a model folder.")
    encoder: str = Field(
        "mini", description="Encoder for retrieval: `mini` or `open_clip:<model>/<weights or file>`."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    compile_encoder: bool = Field(
        False, description="Compile `open_clip` on a GPU: a minute at the start, quicker batches."
    )
    chroma_url: str | None = Field(None, description="A Chroma server; embedded on disk when unset.")

    youtube_api_key: SecretStr | None = Field(
        None, description="Key of the YouTube Data API v3; without one, YouTube is read through yt-dlp."
    )
    youtube_api_url: str = Field(
        "https://youtube.googleapis.com/", description="Root of the Data API; another for a proxy or a test."
    )
    contact: str = Field(
        "", description="A mail address or page, told to websites in the User-Agent of downloads."
    )

    llm_model: str | None = Field(None, description="Chat model name; the offline analyst when unset.")
    llm_base_url: str | None = Field(None, description="An OpenAI-compatible endpoint.")
    llm_temperature: float = Field(0.0, ge=0, le=2)
    llm_timeout_s: float = Field(60.0, gt=0)
    llm_max_retries: int = Field(2, ge=0, le=10)
    llm_tools: Literal["auto", "native", "router", "plain"] = Field(
        "auto", description="How the model calls tools; `auto` asks the endpoint once and remembers."
    )
    llm_writes: bool = Field(
        False, description="Let a model that calls no tools word the results too, checked like all answers."
    )
    llm_price_in: float | None = Field(None, ge=0, description="USD per million tokens that are sent.")
    llm_price_out: float | None = Field(None, ge=0, description="USD per million tokens that are written.")
    openai_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("OPENAI_API_KEY", "SHORTCAST_OPENAI_API_KEY")
    )

    max_tool_calls: int = Field(12, ge=1, le=100, description="Tool calls in one turn.")
    turn_timeout_s: float = Field(180.0, gt=0)

    max_video_mb: int = Field(512, ge=1)
    max_video_s: int = Field(3 * 3600, ge=1, description="Longer videos are refused, not read.")
    max_image_mpx: int = Field(64, ge=1, description="Larger pictures are refused before decoding.")
    allowed_hosts: frozenset[str] = Field(
        frozenset(),
        description="Extra host:port pairs that may be opened although they are internal (for tests).",
    )

    host: str = "127.0.0.1"
    port: int = Field(7860, ge=0, le=65535)
    mcp_token: SecretStr | None = Field(
        None, description="Bearer token that `shortcast mcp --http` asks for; none is asked for when unset."
    )

    @cached_property
    def library_path(self) -> Path:
        """The SQLite library."""
        return self.home / "library.db"

    @cached_property
    def index_path(self) -> Path:
        """The embedded Chroma index, rebuilt from the library when lost."""
        return self.home / "index"

    @cached_property
    def threads_path(self) -> Path:
        """Checkpoints of conversations."""
        return self.home / "threads.db"

    @cached_property
    def media_path(self) -> Path:
        """Downloaded videos and thumbnails."""
        return self.home / "media"
