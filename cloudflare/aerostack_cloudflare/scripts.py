"""Workers: their code, settings, versions, deployments, secrets and address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.errors import NotFoundError
from aerostack.http import Client
from aerostack.model import Module, Secret
from aerostack_cloudflare import script
from aerostack_cloudflare.api import Answer, Api, absent, segment
from aerostack_cloudflare.doubt import settle
from aerostack_cloudflare.record import Record
from aerostack_cloudflare.script import (
    LiveDeployment,
    ScriptSettings,
    ScriptSubdomain,
    UploadedScript,
    Version,
    WorkerAddress,
)
from aerostack_cloudflare.upload import upload_form

#: "There is no such Worker"; any other 404 says nothing about it.
_ABSENT = frozenset({10007, 10090, 10092})

# From this date on the answer of the subdomain endpoint knows about previews.
_SUBDOMAIN_DATE = {"Cloudflare-Workers-Script-Api-Date": "2025-08-01"}


class Scripts:
    """The Workers of an account. Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._http = http
        self._api = Api(http, "workers", f"/accounts/{account_id}/workers")

    def settings(self, name: str) -> ScriptSettings | None:
        """The live settings; ``None`` when there is no such Worker. ``GET …/workers/scripts/{name}/settings``"""
        answer = self._read(name, "/settings", f"reading the settings of the Worker {name}")
        return script.settings(answer.record) if answer else None

    def deployments(self, name: str) -> tuple[LiveDeployment, ...]:
        """Newest first; empty when there is no such Worker. ``GET …/workers/scripts/{name}/deployments``"""
        answer = self._read(name, "/deployments", f"reading the deployments of the Worker {name}")
        return tuple(map(script.deployment, answer.record.records("deployments"))) if answer else ()

    def versions(self, name: str) -> tuple[Version, ...]:
        """Those that can be deployed, newest first, at most 100; empty when there is no such Worker.

        ``GET …/workers/scripts/{name}/versions?deployable=true``
        """
        operation = f"listing the versions of the Worker {name}"
        answer = self._read(name, "/versions", operation, params={"deployable": "true"})
        return tuple(map(script.version, answer.record.records("items"))) if answer else ()

    def version(self, name: str, version_id: str) -> Version:
        """Raises ``NotFoundError``. ``GET …/workers/scripts/{name}/versions/{version}``"""
        operation = f"reading the version {version_id} of the Worker {name}"
        return script.version(self._api.call("GET", _path(name, f"/versions/{segment(version_id)}"), operation).record)

    def worker(self, name: str) -> WorkerAddress | None:
        """Its address and settings; ``None`` when there is no such Worker. ``GET …/workers/workers/{name}``

        Which code this newer endpoint uses for absence is not documented, so any 404 counts: whether the Worker
        exists is for ``settings`` to say.
        """
        try:
            found = self._api.call("GET", f"/workers/{segment(name)}", f"reading the address of the Worker {name}")
        except NotFoundError:
            return None
        return script.address(found.record)

    def migration_tag(self, name: str) -> str | None:
        """The tag of its last migration of Durable Objects; ``None`` when there was none, or is no such Worker.

        ``GET …/workers/services/{name}``
        """
        operation = f"reading the migrations of the Worker {name}"
        found = absent(lambda: self._api.call("GET", f"/services/{segment(name)}", operation), _ABSENT)
        script = found.record.record("default_environment").record("script") if found else None
        return script.optional_text("migration_tag") if script else None

    def upload(self, name: str, *, metadata: Mapping[str, Any], modules: Sequence[Module]) -> UploadedScript:
        """Upload the code with its bindings; it is live at once, for all requests.

        A binding that is to be inherited and cannot be is an error. When the answer is lost, the version is looked for
        by its ``workers/tag`` annotation before the code is sent again; without one it is sent again at once, which
        makes another version of the same code. ``PUT …/workers/scripts/{name}?bindings_inherit=strict``
        """
        content, kind = upload_form(metadata, modules)
        tag = (metadata.get("annotations") or {}).get("workers/tag")

        def send() -> UploadedScript:
            answer = self._api.call(
                "PUT",
                _path(name),
                f"uploading the Worker {name}",
                content=content,
                headers={"Content-Type": kind},
                params={"excludeScript": "true", "bindings_inherit": "strict"},
                repeatable=tag is None,
            )
            version = script.uploaded_version(answer.record) or self._live_version(answer.record, name)
            return script.uploaded(answer.record, name, version)

        return settle(self._http, send, lambda: self._tagged(name, tag)) if tag else send()

    def _live_version(self, record: Record, name: str) -> str:
        """The version that an upload made, where its answer does not say: the deployment does."""
        deployments = self.deployments(name)
        if not deployments or not deployments[0].versions:
            raise record.wrong("deployment_id")
        return deployments[0].versions[0][0]

    def _tagged(self, name: str, tag: str) -> UploadedScript | None:
        for version in self.versions(name):
            if version.annotations.get("workers/tag") == tag:
                return UploadedScript(id=name, version_id=version.id, raw=version.raw)
        return None

    def deploy(self, name: str, version_id: str, *, message: str, force: bool = False) -> LiveDeployment:
        """Make a version that was uploaded answer all requests; what the account says is live then.

        ``force`` goes back behind a change of secrets too, which are then what they were. When the answer is lost, the
        live deployment is looked at before it is sent again. ``POST …/workers/scripts/{name}/deployments``
        """
        wanted = ((version_id, 100),)
        body = {
            "strategy": "percentage",
            "versions": [{"version_id": version_id, "percentage": 100}],
            "annotations": {"workers/message": message},
        }

        def send() -> LiveDeployment:
            path, operation = _path(name, "/deployments"), f"making the version {version_id} of the Worker {name} live"
            params = {"force": "true"} if force else None
            answer = self._api.call("POST", path, operation, json=body, params=params)
            made = script.deployment(answer.record)
            if made.versions != wanted:
                raise answer.record.wrong("versions")
            return made

        def live() -> LiveDeployment | None:
            found = self.deployments(name)
            return found[0] if found and found[0].versions == wanted else None

        return settle(self._http, send, live)

    def delete(self, name: str) -> None:
        """Delete it with its versions and secrets. ``DELETE …/workers/scripts/{name}?force=true``"""
        self._api.call("DELETE", _path(name), f"deleting the Worker {name}", params={"force": "true"})

    def subdomain(self, name: str) -> ScriptSubdomain:
        """``GET …/workers/scripts/{name}/subdomain``"""
        operation = f"reading whether the Worker {name} is on workers.dev"
        return _subdomain(self._api.call("GET", _path(name, "/subdomain"), operation, headers=_SUBDOMAIN_DATE))

    def set_subdomain(self, name: str, *, enabled: bool, previews_enabled: bool) -> ScriptSubdomain:
        """``POST …/workers/scripts/{name}/subdomain``"""
        return _subdomain(
            self._api.call(
                "POST",
                _path(name, "/subdomain"),
                f"turning workers.dev {'on' if enabled else 'off'} for the Worker {name}",
                json={"enabled": enabled, "previews_enabled": previews_enabled},
                headers=_SUBDOMAIN_DATE,
                repeatable=True,
            )
        )

    def set_settings(self, name: str, settings: Mapping[str, Any]) -> None:
        """Change settings that belong to no version; others stay. ``PATCH …/workers/scripts/{name}/script-settings``"""
        operation = f"setting {', '.join(settings)} of the Worker {name}"
        self._api.call("PATCH", _path(name, "/script-settings"), operation, json=dict(settings), repeatable=True)

    def set_routes(self, name: str, patterns: Sequence[str]) -> None:
        """Make these all the routes of the Worker. ``PUT …/workers/scripts/{name}/routes``"""
        operation = f"setting the routes of the Worker {name}"
        self._api.call("PUT", _path(name, "/routes"), operation, json=[{"pattern": pattern} for pattern in patterns])

    def schedules(self, name: str) -> tuple[str, ...]:
        """The cron expressions; none when there is no such Worker. ``GET …/workers/scripts/{name}/schedules``"""
        answer = self._read(name, "/schedules", f"reading the schedules of the Worker {name}")
        return tuple(item.text("cron") for item in answer.record.records("schedules")) if answer else ()

    def set_schedules(self, name: str, crons: Sequence[str]) -> None:
        """Make these all the schedules of the Worker. ``PUT …/workers/scripts/{name}/schedules``"""
        operation = f"setting the schedules of the Worker {name}"
        body = [{"cron": cron} for cron in crons]
        self._api.call("PUT", _path(name, "/schedules"), operation, json=body, repeatable=True)

    def secrets(self, name: str) -> tuple[str, ...]:
        """Names of the secrets; nobody can read the values. ``GET …/workers/scripts/{name}/secrets``"""
        answer = self._api.call("GET", _path(name, "/secrets"), f"listing the secrets of the Worker {name}")
        return tuple(item.text("name") for item in answer.records)

    def put_secret(self, name: str, key: str, value: Secret) -> None:
        """Set a secret, which makes a new version. ``PUT …/workers/scripts/{name}/secrets``"""
        self._api.call(
            "PUT",
            _path(name, "/secrets"),
            f"setting the secret {key} of the Worker {name}",
            json={"name": key, "text": value.reveal(), "type": "secret_text"},
            hidden=(value,),
        )

    def change_secrets(self, name: str, changes: Mapping[str, Secret | None]) -> None:
        """Set several secrets and delete those that are ``None``, all or none, which makes one new version.

        Sent again when its fate is unknown: twice is the same. ``PATCH …/workers/scripts/{name}/secrets-bulk``
        """
        secrets = {
            key: None if value is None else {"name": key, "text": value.reveal(), "type": "secret_text"}
            for key, value in changes.items()
        }
        self._api.call(
            "PATCH",
            _path(name, "/secrets-bulk"),
            f"changing secrets of the Worker {name}",
            json={"secrets": secrets},
            headers={"Content-Type": "application/merge-patch+json"},
            repeatable=True,
            hidden=[value for value in changes.values() if value],
        )

    def delete_secret(self, name: str, key: str) -> None:
        """``DELETE …/workers/scripts/{name}/secrets/{key}?url_encoded=true``"""
        operation = f"deleting the secret {key} of the Worker {name}"
        path = _path(name, f"/secrets/{segment(key)}")
        self._api.call("DELETE", path, operation, params={"url_encoded": "true"})

    def _read(self, name: str, rest: str, operation: str, **request: Any) -> Answer | None:
        return absent(lambda: self._api.call("GET", _path(name, rest), operation, **request), _ABSENT)


def _path(name: str, rest: str = "") -> str:
    return f"/scripts/{segment(name)}{rest}"


def _subdomain(answer: Answer) -> ScriptSubdomain:
    found = answer.record
    return ScriptSubdomain(enabled=found.flag("enabled"), previews_enabled=found.flag("previews_enabled"))
