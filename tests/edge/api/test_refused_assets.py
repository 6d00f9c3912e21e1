"""Uploads of assets that are refused, and what is in place after that."""

from __future__ import annotations

import base64
import time

import pytest
from tests.edge.api.test_assets import TEXT, WORKER, Site, hashed

from aerostack_edge.api import tokens
from aerostack_edge.api.tokens import Ticket

TOKEN = "Authentication error: the token of the upload session is not valid: "


@pytest.fixture
def site(api, name):
    return Site(api, name)


def test_a_bad_session_is_refused(site):
    assert site.begin({"/../a": "a"}).refused == (
        400,
        10021,
        "Invalid assets manifest: "
        "'/../a' is not the path of an asset: it must begin with / and have no empty or dot parts.",
    )
    path = f"{site.script}/assets-upload-session"
    assert site.api("POST", path, content=b"{").refused == (400, 6007, "Malformed JSON in request body")
    assert site.api("POST", path, json={}).refused == (
        400,
        10021,
        "Invalid assets manifest: manifest must be an object",
    )
    assert site.api("POST", "/workers/scripts/No/assets-upload-session", json={"manifest": {}}).refused[:2] == (
        400,
        10016,
    )


def test_an_upload_needs_the_token_of_its_session(site, api, edge):
    session = site.begin({"/a.txt": site.name}).result
    header, _, signature = session["jwt"].split(".")
    forged = f"{header}.{base64.urlsafe_b64encode(b'{}').decode()}.{signature}"
    assert site.send(forged, site.name).refused == (401, 10000, f"{TOKEN}it was not issued here")
    assert site.send(edge.environ["CLOUDFLARE_API_TOKEN"], site.name).refused[0] == 401
    headers = {"Authorization": f"Basic {session['jwt']}"}
    assert api("POST", "/workers/assets/upload?base64=true", headers=headers).refused[:2] == (401, 10001)
    foreign = f"{api.root}/accounts/{'0' * 32}/workers/assets/upload?base64=true"
    headers = {"Authorization": f"Bearer {session['jwt']}"}
    assert api.at("POST", foreign, headers=headers).refused[:2] == (403, 9109)
    # It opens nothing else.
    assert api("GET", "/workers/scripts", headers=headers).refused[:2] == (401, 10000)


def test_a_token_is_good_for_an_hour_and_for_its_session(edge, site):
    secret, account = (edge.environ[f"CLOUDFLARE_{key}"] for key in ("API_TOKEN", "ACCOUNT_ID"))

    def issued(session: str, use: str, now: float) -> str:
        return tokens.issued(Ticket(account=account, script=site.name, session=session, use=use), secret, now=now)

    late = issued("s", "upload", time.time() - 3601)
    assert site.send(late, "a").refused == (401, 10000, f"{TOKEN}it has expired: start a new upload session")
    assert site.send(issued("s", "upload", time.time()), "a").refused == (
        401,
        10000,
        f"{TOKEN}its upload session is over",
    )
    assert site.put(assets={"jwt": late}).refused == (
        400,
        10021,
        "Invalid assets.jwt: it has expired: start a new upload session",
    )
    assert site.put(assets={"jwt": issued("s", "complete", time.time())}).refused == (
        400,
        10021,
        "Invalid assets.jwt: its upload session is over",
    )


def test_what_is_not_the_file_of_the_manifest_is_refused_and_stays_missing(site):
    text = f"a of {site.name}"
    token = site.begin({"/a.txt": text}).result["jwt"]
    hash, content = hashed(text), base64.b64encode(text.encode())

    def refused(*part, query="?base64=true"):
        return site.send_raw(token, part, query=query).refused

    why = "Invalid assets upload: "
    other = hashed("another")
    assert refused(other, content, TEXT) == (
        400,
        10021,
        f"{why}the manifest of this session has no file with the hash '{other}'",
    )
    assert refused(hash, content[:-4], TEXT) == (
        400,
        10021,
        f"{why}the file {hash} has {len(text) - (len(text) % 3 or 3)} bytes, the manifest says {len(text)}",
    )
    assert refused(hash, b"?" + content[1:], TEXT) == (400, 10021, f"{why}the content of {hash} is not base64")
    assert refused(hash, content, "text/" + "x" * 200) == (
        400,
        10021,
        f"{why}the content type of {hash} cannot be sent",
    )
    assert refused(hash, b"A" * (36 * 1024 * 1024), TEXT) == (
        413,
        10027,
        f"The asset {hash} exceeded the size limit of 26214400 bytes.",
    )
    assert refused(hash, content, TEXT, query="") == (400, 7400, "The request is malformed: base64 must be true")
    assert site.begin({"/a.txt": text}).result["buckets"] == [[hash]]
    assert site.put(assets={"jwt": token}).refused == (
        400,
        10021,
        "Invalid assets.jwt: it is the token of an upload that is not complete",
    )
    assert site.api("GET", f"/workers/services/{site.name}").refused[0] == 404


def test_a_configuration_that_cannot_be_served_is_refused(site):
    token = site.uploaded({"/index.html": "home"})

    def refused(**config):
        return site.put(assets={"jwt": token, "config": config}).refused

    assert refused(_redirects="/a /b\n/* /index.html 200") == (
        400,
        100324,
        "Invalid _redirects configuration:\nLine 2: an infinite loop: serving the target leads back to this rule",
    )
    assert refused(_headers="X: 1") == (
        400,
        10021,
        "Invalid _headers configuration:\nLine 1: an address must come first, such as /*",
    )
    assert refused(html_handling=1)[1] == 10021
    assert refused(run_worker_first=True) == (
        400,
        10021,
        "assets.config.run_worker_first needs a Worker: the upload has no modules",
    )
    upload = site.api.upload(site.name, WORKER, main_module="other.js", assets={"jwt": token})
    assert upload.refused == (400, 10021, "No such module: the main_module 'other.js' was not uploaded.")
