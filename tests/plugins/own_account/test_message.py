"""What the history of an account says of a deploy."""

from __future__ import annotations

from tests.plugins.own_account.conftest import Own, both


@both
def test_the_message_of_a_deploy_stands_in_the_history_of_the_account(own: Own) -> None:
    (own.folder / "index.js").write_text("export default { fetch: () => new Response('hello') };\n")
    done = own.run("deploy", "--backend", own.backend, "--message=-- greet \"everybody\" & 'all'", "--json")
    assert done.status == 0, done.stderr
    version = own.edge.account("GET", f"/workers/scripts/{own.name}/versions/{done.document['version']}")
    assert version["annotations"]["workers/message"] == "-- greet \"everybody\" & 'all'"
