"""What Cloudflare knows of a Worker, as values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from aerostack.values import dataclass
from aerostack_cloudflare.record import HEX32, UUID, Record

#: Settings of a Worker that hold for all of its versions.
UNVERSIONED = ("logpush", "observability", "tail_consumers")

_ID = re.compile(f"{UUID.pattern}|{HEX32.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSettings:
    """The live version's settings. ``bindings`` are as Cloudflare gives them; secrets have no value."""

    bindings: tuple[Mapping[str, Any], ...]
    compatibility_date: str | None
    compatibility_flags: tuple[str, ...]
    tags: tuple[str, ...]
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedScript:
    """``version_id`` is what runs now; ``startup_time_ms`` what its start took, in milliseconds."""

    id: str
    version_id: str
    raw: Mapping[str, Any]
    etag: str | None = None
    deployment_id: str | None = None
    startup_time_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDeployment:
    """Which versions answer: ids and percentages."""

    id: str
    versions: tuple[tuple[str, float], ...]
    annotations: Mapping[str, Any]
    created_on: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """``number`` counts the versions of a Worker, ``None`` where Cloudflare does not say."""

    id: str
    number: int | None
    annotations: Mapping[str, Any]
    created_on: str | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSubdomain:
    """Whether a Worker answers on workers.dev, and whether its previews do."""

    enabled: bool
    previews_enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerAddress:
    """The same with the URL, ``None`` where the account does not say, and the other settings that no version holds."""

    enabled: bool
    previews_enabled: bool
    url: str | None
    settings: Mapping[str, Any] = field(default_factory=dict)


def address(record: Record) -> WorkerAddress:
    subdomain = record.record("subdomain")
    return WorkerAddress(
        enabled=subdomain.flag("enabled"),
        previews_enabled=subdomain.flag("previews_enabled"),
        url=subdomain.optional_text("url"),
        settings={key: record.raw[key] for key in UNVERSIONED if record.raw.get(key)},
    )


def settings(record: Record) -> ScriptSettings:
    return ScriptSettings(
        bindings=tuple(binding.raw for binding in record.records("bindings")),
        compatibility_date=record.optional_text("compatibility_date"),
        compatibility_flags=record.texts("compatibility_flags"),
        tags=record.texts("tags"),
        raw=record.raw,
    )


def deployment(record: Record) -> LiveDeployment:
    return LiveDeployment(
        id=record.text("id"),
        versions=tuple(
            (item.identifier("version_id", UUID), item.number("percentage")) for item in record.records("versions")
        ),
        annotations=record.record("annotations").raw,
        created_on=record.optional_text("created_on"),
    )


def version(record: Record) -> Version:
    number = record.optional_number("number")
    return Version(
        id=record.identifier("id", UUID),
        number=None if number is None else int(number),
        annotations=record.record("annotations").raw,
        created_on=record.record("metadata").optional_text("created_on"),
        raw=record.raw,
    )


def uploaded(record: Record, name: str, version_id: str) -> UploadedScript:
    return UploadedScript(
        id=record.optional_text("id") or name,
        version_id=version_id,
        raw=record.raw,
        etag=record.optional_text("etag"),
        deployment_id=record.optional_text("deployment_id"),
        startup_time_ms=record.optional_number("startup_time_ms"),
    )


def uploaded_version(record: Record) -> str | None:
    """The id of the version that an upload made.

    Cloudflare gives it as ``deployment_id``, with or without hyphens; newer answers name it ``version_id``.
    """
    for key in ("version_id", "deployment_id"):
        if record.optional_text(key):
            digits = record.identifier(key, _ID).replace("-", "").lower()
            return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return None
