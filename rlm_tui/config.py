"""Settings: flags before environment before the user's file before what stands here.

The file is `config.toml` in the user's configuration directory; an environment variable is the field's name with `RLM_TUI_`
before it. Keys and endpoints come from the variables that every Anthropic client reads. Nothing is read from the repository.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_cache_path, user_config_path, user_state_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rlm_tui.plugins import PluginError
from rlm_tui.records.events import Bounds, Route
from rlm_tui.repl.choose import AUTO, sandbox_problem
from rlm_tui.repl.protocol import SandboxOptions
from rlm_tui.repository.files.secrets import Secrets

NAVIGATOR = "navigator"
CONFIG_FILE = user_config_path("rlm-tui") / "config.toml"
THEMES_FOLDER = CONFIG_FILE.parent / "themes"

Glob = Annotated[str, Field(min_length=1, max_length=200)]


class ConfigError(Exception):
    """A setting cannot be used: which one, where it stands, and what it takes."""


class Settings(BaseSettings):
    """What the user chose; what each setting means stands beside it. None is no bound."""

    model_config = SettingsConfigDict(env_prefix="RLM_TUI_", frozen=True, extra="forbid", env_ignore_empty=True)

    model: str = Field(default="", max_length=200, description="Model of the root call; empty: by what is at hand.")
    sub_model: str = Field(default="", max_length=200, description="Model of sub-calls; empty: by what is at hand.")
    api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("api_key", "ANTHROPIC_API_KEY"),
        description="A key of the endpoint, from the environment.",
    )
    auth_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("auth_token", "ANTHROPIC_AUTH_TOKEN"),
        description="A bearer token of the endpoint, in place of a key, from the environment.",
    )
    base_url: str = Field(
        default="",
        validation_alias=AliasChoices("base_url", "ANTHROPIC_BASE_URL"),
        description="The address of an endpoint that speaks Anthropic's API; empty: Anthropic's own.",
    )
    provider: Literal["anthropic", "bedrock", "vertex"] = Field(
        default="anthropic",
        description="Who serves the model: anthropic (or any endpoint that speaks its API), bedrock, vertex.",
    )
    cells: Literal["auto", "tool", "fence"] = Field(
        default="auto", description="How the model writes cells: tool (calls of one tool), fence (fenced text), auto."
    )
    sandbox: str = Field(
        default=AUTO,
        max_length=100,
        description="Where cells run: auto, sealed, monty, docker, or an installed one's name.",
    )
    sandbox_image: str = Field(
        default=SandboxOptions().image,
        pattern=r"^[\w][\w.:/@-]*$",
        max_length=300,
        description="The image of the docker sandbox.",
    )
    math: bool = Field(default=False, description="Cells of the sealed sandbox may import numpy, scipy and sympy.")
    route: Route | None = Field(
        default=None,
        description="How questions are taken on: direct (one completion), repl (one agent), rlm (sub-agents); else chosen.",
    )
    candidates: int = Field(
        default=1,
        ge=1,
        le=8,
        description="So many agents answer apart from each other; of those that agree, the surest is taken.",
    )
    budget: float | None = Field(default=2.0, gt=0, description="US dollars a run may spend.")
    max_tokens: int | None = Field(default=4_000_000, gt=0, description="Tokens a run may take.")
    max_calls: int | None = Field(default=200, gt=0, description="Calls a run may start.")
    max_time: float | None = Field(default=900.0, gt=0, description="Seconds a run may take.")
    max_depth: int = Field(default=1, ge=0, le=5, description="How deep sub-agents may start sub-agents, 0 to 5.")
    confirm_above: int | None = Field(
        default=20, ge=0, description="A cell that is about to start more sub-calls than this waits for a yes."
    )
    memo: bool = Field(
        default=True, description="Sub-calls are served from earlier runs where nothing they saw has changed."
    )
    allow_secrets: Annotated[tuple[Glob, ...], NoDecode] = Field(
        default=(),
        description="Files that are read although they may hold secrets (.env, keys): globs, with commas between.",
    )
    slots: int = Field(
        default=8, ge=1, le=64, description="How many completions, and how many sub-agents a depth, run at once."
    )
    theme: str = Field(default="", description="A theme's name; T shows them all. Empty: ink.")
    keys: dict[str, str | list[str] | dict[str, str | list[str]]] = Field(
        default={}, description="Your own keys, in the table [keys] of the file: an action's name, and its key."
    )
    ascii: bool = Field(default=False, description="Draw with ASCII characters only.")
    plain: bool = Field(
        default=False, description="No screen: question after question, in lines that are only appended."
    )
    reduced_motion: bool = Field(default=False, description="Draw once a second, and move nothing.")
    notify: Literal["off", "bell", "osc9", "osc777"] = Field(
        default="bell",
        description="How the terminal calls you after a long run: bell, osc9 or osc777 (notifications), off.",
    )
    notify_after: float = Field(default=30.0, ge=0, description="Seconds from which on a run is a long one.")
    cache_dir: Path = Field(
        default_factory=lambda: user_cache_path("rlm-tui"), description="Where the index and the memo are kept."
    )
    runs_dir: Path = Field(
        default_factory=lambda: user_state_path("rlm-tui") / "runs", description="Where the records of runs are kept."
    )
    applied_dir: Path = Field(
        default_factory=lambda: user_state_path("rlm-tui") / "applied",
        description="Where what takes applied patches back is kept.",
    )

    @field_validator("allow_secrets", mode="before")
    @classmethod
    def _globs(cls, value: object) -> object:
        return [glob.strip() for glob in value.split(",")] if isinstance(value, str) else value

    @field_validator("budget", "max_time")
    @classmethod
    def _finite(cls, value: float | None) -> float | None:
        if value is not None and not math.isfinite(value):
            raise ValueError("must be a finite number")
        return value

    @field_validator("cache_dir", "runs_dir", "applied_dir")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        if value == Path() or "\0" in str(value):
            raise ValueError("must name a folder")  # the empty name would be the repository that the user stands in
        return value.expanduser()

    @field_validator("sandbox")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            problem = sandbox_problem(value)
        except PluginError as error:
            problem = str(error)
        if problem:
            raise ValueError(problem)
        return value

    @property
    def secrets(self) -> Secrets:
        """Which files are kept closed."""
        return Secrets(self.allow_secrets)

    @property
    def sandbox_options(self) -> SandboxOptions:
        """What holds for the sandbox, whichever it is."""
        return SandboxOptions(image=self.sandbox_image, math=self.math)

    @property
    def has_endpoint(self) -> bool:
        """Whether a language model can be asked: there is a key, a token, a cloud, or an endpoint of the user's own."""
        return bool(self.provider != "anthropic" or self.api_key or self.auth_token or self.base_url)

    @property
    def root_model(self) -> str:
        """The model of the root call: as chosen, else a default for what is at hand."""
        return self.model or ("claude-sonnet-5-5" if self.has_endpoint else NAVIGATOR)

    @property
    def child_model(self) -> str:
        """The model of sub-calls: as chosen; else the root's where the root's was chosen; else the small default."""
        if self.sub_model:
            return self.sub_model
        return self.root_model if self.model or not self.has_endpoint else "claude-haiku-5-5"

    @property
    def bounds(self) -> Bounds:
        """The bounds of a run."""
        return Bounds(
            calls=self.max_calls,
            tokens=self.max_tokens,
            dollars=self.budget,
            seconds=self.max_time,
            depth=self.max_depth,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources; a `.env` file is never read, because it would be the repository's."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=CONFIG_FILE)


def load_settings(flags: dict[str, object]) -> Settings:
    """Return the settings in force. `flags` holds only what the user gave. Raises `ConfigError`."""
    try:
        return Settings(**flags)  # type: ignore[arg-type]  # pydantic checks what mypy cannot see here
    except ValidationError as error:
        problems = "; ".join(_problem(tuple(map(str, item["loc"])), item["msg"], flags) for item in error.errors())
        raise ConfigError(problems) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{CONFIG_FILE} is not UTF-8 ({error.reason}). Save it as UTF-8, or move it away.") from None
    except (ValueError, RecursionError) as error:  # also a number of too many digits, which is no TOMLDecodeError
        raise ConfigError(
            f"{CONFIG_FILE} is not valid TOML: {error}. Correct that line, or move the file away."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{CONFIG_FILE} cannot be read: {error.strerror}. Correct its permissions, or move it away."
        ) from None


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return next(choice for choice in alias.choices if isinstance(choice, str) and choice.isupper())
    return f"RLM_TUI_{name.upper()}"


def _problem(location: tuple[str, ...], message: str, flags: dict[str, object]) -> str:
    name = location[0] if location else "settings"
    variable = name if name.isupper() else f"RLM_TUI_{name.upper()}"
    if name in flags:
        where = f"--{name.replace('_', '-')}"
    elif variable in os.environ:
        where = variable
    else:
        where = f"{name} in {CONFIG_FILE}"
    if message.startswith("Extra inputs"):
        message = "there is no such setting"
    return f"{where}: {message[:1].lower()}{message[1:]}"
