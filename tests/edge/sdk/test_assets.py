"""The SDK and static assets."""

from __future__ import annotations

import base64
import hashlib

from tests.edge.sdk.conftest import valid

from aerostack.testing import fetch

# Without modules the SDK would send JSON, which Cloudflare does not take either.
FORM = {"Content-Type": "multipart/form-data"}


def test_a_site_is_uploaded_and_answers(sdk, here, name):
    page = f"<h1>{name}</h1>".encode()
    hash = hashlib.sha256(page).hexdigest()[:32]
    manifest = {"/index.html": {"hash": hash, "size": len(page)}}
    session = valid(sdk.workers.scripts.assets.upload.create(name, manifest=manifest, **here))
    assert session.buckets == [[hash]]
    done = valid(
        sdk.workers.assets.upload.create(
            base64=True,
            body={hash: base64.b64encode(page).decode()},
            extra_headers={"Authorization": f"Bearer {session.jwt}"},
            **here,
        )
    )
    metadata = {"compatibility_date": "2026-01-01", "assets": {"jwt": done.jwt, "config": {"html_handling": "none"}}}
    assert valid(sdk.workers.scripts.update(name, metadata=metadata, extra_headers=FORM, **here)).has_assets is True
    (listed,) = [valid(item) for item in sdk.workers.scripts.list(**here) if item.id == name]
    assert listed.has_assets is True
    valid(sdk.workers.scripts.subdomain.create(name, enabled=True, **here))
    url = sdk.workers.beta.workers.get(name, **here).subdomain.url
    assert fetch(f"{url}/index.html") == (200, page)


def test_a_worker_in_a_namespace_has_assets(sdk, here, name):
    dispatch = sdk.workers_for_platforms.dispatch.namespaces
    dispatch.create(name=name, **here)
    space = {"dispatch_namespace": name, **here}
    session = valid(dispatch.scripts.asset_upload.create("tenant", manifest={}, **space))
    assert session.buckets == []
    uploaded = dispatch.scripts.update("tenant", metadata={"assets": {"jwt": session.jwt}}, extra_headers=FORM, **space)
    assert valid(uploaded).has_assets is True
