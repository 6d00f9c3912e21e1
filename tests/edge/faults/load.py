"""Load: deploys, writes of every kind over the API and from a Worker, and requests, all at the same time."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial

from tests.edge.faults.account import KINDS, Account, Refused
from tests.edge.faults.ledger import Ledger

_PAUSE = 0.02
# After a failure: what starts again shall not have to push its way.
_LONGER_PAUSE = 0.2
#: One version in so many throws at its start.
_BROKEN = 5
#: With one version in so many, the Worker of the object is deployed again too.
_MOVED = 4

# Three places that must be of one version.
APP = """
import { part } from "./part.js";
export default { fetch(_, env) { return Response.json([%d, part, env.NUMBER]); } };"""
HELLO = 'export default { fetch() { return new Response("hello"); } };'
WRITER = """
const writes = {
  kv: (env, name, value) => env.KV.put(name, value),
  d1: (env, name, value) => env.DB.prepare("INSERT INTO written VALUES (?, ?)").bind(name, value).run(),
  r2: (env, name, value) => env.R2.put(name, value),
  queue: (env, name) => env.QUEUE.send(name, { contentType: "text" }),
};
export default { async fetch(request, env) {
  const [, kind, name] = new URL(request.url).pathname.split("/");
  await writes[kind](env, name, (name + ".").repeat(100));
  return new Response("written");
} };
"""
# One object. It knows what it wrote last: were it in two processes, each would find what it did not write.
OBJECT = """
import { DurableObject } from "cloudflare:workers";
const COLUMNS = "number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, value TEXT";
export class Diary extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`CREATE TABLE IF NOT EXISTS written (${COLUMNS})`);
    this.last = this.found();
  }
  found() { return this.sql.exec("SELECT coalesce(max(number), 0) AS number FROM written").one().number; }
  write(name, value) {
    const alone = this.found() === this.last;
    this.sql.exec("INSERT INTO written (name, value) VALUES (?, ?)", name, value);
    return { alone, number: this.last = this.found() };
  }
  all() { return this.sql.exec("SELECT * FROM written").toArray(); }
}
export default { async fetch(request, env) {
  const diary = env.DIARY.get(env.DIARY.idFromName("one"));
  const name = new URL(request.url).pathname.slice(1);
  return Response.json(await (name ? diary.write(name, (name + ".").repeat(100)) : diary.all()));
} };
"""
_DIARY = [{"name": "DIARY", "type": "durable_object_namespace", "class_name": "Diary"}]
BAD = """
const kept = [];
const bad = {
  loop() { for (;;); },
  async buffers() { for (;;) { kept.push(new Uint8Array(1 << 24).fill(1)); await scheduler.wait(5); } },
  heap() { for (;;) kept.push(new Array(1e6).fill(0.5)); },
};
export default { async fetch(request) {
  await bad[new URL(request.url).pathname.slice(1)]?.();
  return new Response("well");
} };
"""


def value(name: str) -> str:
    """What is written under a name."""
    return f"{name}." * 100


class Load:
    """One thread for each kind of request, each of which sends one at a time."""

    def __init__(self, account: Account, ledger: Ledger) -> None:
        self._account = account
        self._ledger = ledger
        self._over = threading.Event()
        self.actors: dict[str, Callable[[], None]] = {
            "neighbour": self._neighbour,
            "app": self._app,
            "deploys": self._deploy,
            "queue": self._numbered("queue", "api", account.send),
        }
        for kind in KINDS:
            self.actors[kind] = self._numbered(kind, "api", partial(self._write_over_api, kind))
        for kind in (*KINDS, "queue"):
            self.actors[f"worker {kind}"] = self._numbered(kind, "worker", partial(self._write_from_worker, kind))
        for who in ("object", "object too"):
            self.actors[who] = self._diary(who.replace(" ", "-"))

    def prepare(self) -> None:
        """Deploy what the load needs, and the Worker that behaves badly when asked to."""
        account = self._account
        account.upload("neighbour", {"index.js": HELLO})
        account.upload("writer", {"index.js": WRITER}, account.bindings)
        account.upload("bad", {"index.js": BAD}, limits={"cpu_ms": 300})
        account.consume("consumer")
        first = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Diary"]}]}
        account.upload("diary", {"index.js": OBJECT}, _DIARY, migrations=first)
        self._deploy()
        for script in ("neighbour", "writer", "bad", "app", "diary"):
            account.enable(script)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """All of them, for the block."""
        threads = [threading.Thread(target=self._act, args=actor) for actor in self.actors.items()]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def visit(self, script: str, path: str = "/") -> str:
        """What a Worker answers. Raises ``Refused``."""
        answer = self._account.visit(script, path)
        if answer.status_code != 200:
            raise Refused(answer.status_code, answer.text)
        return answer.text

    def _act(self, who: str, action: Callable[[], None]) -> None:
        pause = _PAUSE
        while not self._over.wait(pause):
            pause = _PAUSE if self._ledger.keep(who, action) else _LONGER_PAUSE

    def _neighbour(self) -> None:
        assert self.visit("neighbour") == "hello"

    def _app(self) -> None:
        least = self._ledger.deployed
        seen = set(json.loads(self.visit("app")))
        most = self._ledger.tried
        assert len(seen) == 1, f"a version is half another: {seen}"
        assert least <= min(seen) <= most, f"version {seen} answers between {least} and {most}"

    def _deploy(self) -> None:
        ledger = self._ledger
        number = ledger.tried + 1
        if number % _BROKEN == 0:
            self._deploy_broken(number)
        ledger.tried = number
        modules = {"index.js": APP % number, "part.js": f"export const part = {number};"}
        self._account.upload("app", modules, [{"name": "NUMBER", "type": "json", "json": number}])
        ledger.deployed = number
        if number % _MOVED == 0:
            self._account.upload("diary", {"index.js": f"{OBJECT}// {number}"}, _DIARY)

    def _deploy_broken(self, number: int) -> None:
        """A version that must never answer: its number is none that is looked for."""
        try:
            self._account.upload("app", {"index.js": f'throw new Error("no {number}");'})
        except Refused as refused:
            if refused.status != 400:
                raise
            assert refused.message == f"Uncaught Error: no {number} at index.js:1:7", refused.message
        else:
            raise AssertionError("a version that does not start was deployed")

    def _numbered(self, kind: str, way: str, write: Callable[[str], None]) -> Callable[[], None]:
        counter = iter(range(1_000_000_000))

        def act() -> None:
            name = f"{way}-{next(counter)}"
            write(name)
            self._ledger.acknowledged[kind].add(name)

        # Made now: several threads add to it later.
        self._ledger.acknowledged[kind]
        return act

    def _diary(self, way: str) -> Callable[[], None]:
        """Write into the object. What is acknowledged has a number, which no other may have."""
        counter = iter(range(1_000_000_000))

        def act() -> None:
            name = f"{way}-{next(counter)}"
            said = json.loads(self.visit("diary", f"/{name}"))
            assert said["alone"], f"another process has written into the object before {name}"
            self._ledger.acknowledged["object"].add(f"{said['number']} {name}")

        self._ledger.acknowledged["object"]  # as above
        return act

    def _write_over_api(self, kind: str, name: str) -> None:
        self._account.write(kind, name, value(name))

    def _write_from_worker(self, kind: str, name: str) -> None:
        assert self.visit("writer", f"/{kind}/{name}") == "written"
