"""Every setting: typed, from the environment (`IDP_…`) or `.env`, checked at start."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
PLAIN_REDIS = ("redis", "redis+sentinel", "redis+cluster")
SANDBOX_ADDRESS = "http://localhost:8010"
Seconds = Annotated[int, Field(gt=0, le=366 * 24 * 3600)]
Words = Annotated[tuple[str, ...], NoDecode]


class InsecureSettings(ValueError):
    """Production mode was asked for with settings that are only fit for a sandbox; names each of them."""


class Settings(BaseSettings):
    """The settings of one process. A secret never shows in `repr`."""

    model_config = SettingsConfigDict(env_prefix="IDP_", env_file=".env", extra="ignore", frozen=True)

    mode: Literal["sandbox", "production"] = Field("sandbox", description="sandbox, or production: refuses insecure settings")
    issuer: str = Field("http://localhost:8000", description="the provider's address, as relying parties know it")
    bind: str = Field("", description="HOST:PORT to listen on; empty: this machine, at the issuer's port or 8000")
    var_dir: Path = Field(Path("var"), description="folder for state: database, files, built static files")
    database_url: str = Field("sqlite:///var/idp.db", description="sqlite:///FILE or postgresql+psycopg://…")
    redis_url: str = Field("", description="redis://, unix://, redis+sentinel://, redis+cluster://, with rediss: TLS; empty: embedded")
    keys_dir: Path = Field(Path("keys"), description="folder of the master keys")

    dukcapil_url: str = Field(SANDBOX_ADDRESS, description="address of the civil registry's service")
    dukcapil_customer_id: str = Field("siapkerja", description="our customer id at the registry")
    dukcapil_method: str = Field("CALL_VERIFY_BY_ELEMEN", description="name of the method at the registry")
    dukcapil_user_id: str = Field("sandbox", description="user id at the registry")
    dukcapil_password: SecretStr = Field(SecretStr("sandbox"), description="password at the registry")
    dukcapil_ip_user: str = Field("127.0.0.1", description="our address as the registry knows it")
    dukcapil_threshold: int = Field(90, ge=0, le=100, description="similarity from which the registry says Sesuai")
    dukcapil_minimum_score: int = Field(80, ge=0, le=100, description="similarity below which we do not accept a name")
    dukcapil_lowercase_keys: bool = Field(False, description="send the credential keys in lower case")
    dukcapil_ca_file: Path | None = Field(None, description="certificate authority of the registry, PEM")
    dukcapil_fingerprint: str = Field("", description="SHA-256 of the registry's certificate, hexadecimal")
    dukcapil_timeout: float = Field(10, gt=0, le=60, description="patience with the registry, seconds")
    dukcapil_page_patience: float = Field(4, gt=0, le=30, description="how long a page waits for the registry, seconds")
    dukcapil_quota: int = Field(50_000, gt=0, description="checks that we ask for in a day, at most")

    sms_urls: Words = Field(
        (f"sms+{SANDBOX_ADDRESS}/sms/api/sendsms/?userkey=sandbox&passkey=sandbox",),
        description="SMS senders in order, separated by spaces: sms+http:// templates or apprise URLs",
    )
    sms_hourly_budget: int = Field(5_000, gt=0, description="SMS in an hour, altogether")
    mail_url: str = Field("smtp://localhost:8025", description="mail server: smtp://, smtp+starttls://, smtps://")
    mail_from: str = Field("SIAPkerja <akun@example.id>", description="sender of our mail")
    storage_url: str = Field(
        "file://var/files", description="uploads: file://FOLDER, or s3://BUCKET[/PREFIX][?endpoint=https://HOST&region=R]"
    )

    trusted_proxies: Words = Field((), description="addresses or networks of our own proxies, separated by spaces")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level that is logged")
    workers: int = Field(1, ge=1, le=64, description="provider processes")
    threads: int = Field(8, ge=1, le=256, description="threads in each process")
    metrics_addr: str = Field("", description="HOST:PORT of the metrics page; empty: none")

    code_lifetime: Seconds = Field(60, description="life of an authorization code, seconds")
    access_token_lifetime: Seconds = Field(600, description="life of an access token, seconds")
    refresh_token_lifetime: Seconds = Field(30 * 86400, description="life of a refresh token family, seconds")
    refresh_token_idle: Seconds = Field(14 * 86400, description="life of an unused refresh token, seconds")
    session_lifetime: Seconds = Field(12 * 3600, description="life of a sign-in, seconds")
    session_idle: Seconds = Field(30 * 60, description="life of an idle sign-in, seconds")
    recovery_waiting: Seconds = Field(24 * 3600, description="how long old contacts can stop a recovery of everything, seconds")
    erased_nik_days: int = Field(90, ge=0, le=3650, description="days for which an erased account's NIK cannot be registered again")
    people_per_phone: int = Field(1, ge=1, le=10, description="accounts that may share one phone, such as a family's")
    guardian_below_age: int = Field(18, ge=0, le=21, description="age below which a guardian agrees to a registration; 0: nobody has to")
    limits: Literal["on", "off"] = Field("on", description="rate limits; off only in a sandbox")
    allow_loopback_calls: bool = Field(False, description="client-supplied URLs may lead to this machine; sandbox only")
    open_registration: bool = Field(False, description="clients may register without an initial access token; sandbox only")

    @field_validator("sms_urls", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            ipaddress.ip_network(one, strict=False)
        return value

    @field_validator("issuer")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.path not in ("", "/"):
            raise ValueError("an issuer is https://HOST[:PORT] without path, query or fragment (OpenID Connect Discovery 3)")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _are_secure(self) -> Settings:
        if self.mode == "production" and (faults := insecure(self)):
            raise InsecureSettings("; ".join(f"IDP_{name.upper()}: {why}" for name, why in faults))
        return self

    @property
    def https(self) -> bool:
        """Whether people reach the provider over TLS."""
        return self.issuer.startswith("https://")

    @property
    def embedded_redis_socket(self) -> Path:
        """Where the embedded Valkey listens."""
        return (self.var_dir / "valkey.sock").absolute()

    @property
    def redis_address(self) -> str:
        """The Redis or Valkey in use, as a URL."""
        return self.redis_url or f"unix://{self.embedded_redis_socket}"


def insecure(settings: Settings) -> list[tuple[str, str]]:
    """The settings that must not go into production: name and reason."""
    sandbox_host = urlsplit(SANDBOX_ADDRESS).netloc
    rules = (
        ("issuer", not settings.https, "must be https"),
        ("limits", settings.limits == "off", "limits must be on"),
        ("allow_loopback_calls", settings.allow_loopback_calls, "only for a sandbox"),
        ("open_registration", settings.open_registration, "only for a sandbox"),
        ("log_level", settings.log_level == "DEBUG", "DEBUG is only for a sandbox"),
        ("database_url", not _database_is_private(settings.database_url), "needs sslmode=verify-full to another machine"),
        ("redis_url", _goes_out_in_clear(settings.redis_url, *PLAIN_REDIS), "must be rediss to another machine"),
        ("redis_url", not settings.redis_url, "the embedded Valkey is only for a sandbox"),
        ("dukcapil_url", not settings.dukcapil_url.startswith("https://"), "must be https"),
        ("dukcapil_password", settings.dukcapil_password.get_secret_value() == "sandbox", "still the sandbox's"),
        ("sms_urls", not settings.sms_urls or any(sandbox_host in url for url in settings.sms_urls), "still the sandbox's"),
        ("sms_urls", any(_goes_out_in_clear(url, "sms+http") for url in settings.sms_urls), "must be sms+https"),
        ("storage_url", "endpoint=http:" in settings.storage_url, "the object store must be reached over https"),
        ("mail_url", urlsplit(settings.mail_url).port == 8025, "still the sandbox's"),
        ("mail_url", _goes_out_in_clear(settings.mail_url, "smtp"), "must be smtp+starttls or smtps"),
        ("trusted_proxies", any(one.endswith("/0") for one in settings.trusted_proxies), "trusts everybody"),
    )
    return [(name, why) for name, broken, why in rules if broken]


def _goes_out_in_clear(url: str, *plain: str) -> bool:
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2].split(",")  # Sentinels and clusters have several
    return parts.scheme in plain and any(urlsplit(f"//{one}").hostname not in THIS_MACHINE for one in hosts)


def _database_is_private(url: str) -> bool:
    """Whether nobody between us and the database can read along or stand in for it."""
    parts = urlsplit(url)
    return parts.scheme == "sqlite" or parts.hostname in (*THIS_MACHINE, None) or "sslmode=verify-full" in parts.query.split("&")


_current: Settings | None = None


def use(settings: Settings) -> None:
    """Make these the process's settings."""
    global _current
    _current = settings


def current() -> Settings:
    """The process's settings, read from the environment when nobody set them before."""
    if _current is None:
        use(Settings())
    assert _current is not None
    return _current
