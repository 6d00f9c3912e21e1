"""Every mistake in a well-formed file: what, where, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import ConfigError

#: Body below three ordinary lines → (line:column, key, message, hint).
MISTAKES: dict[str, tuple[str, str, str, str, str]] = {
    "misspelt key": (
        "compatibility_flag = []",
        "4:1",
        "compatibility_flag",
        "unknown key `compatibility_flag`",
        "did you mean `compatibility_flags`?",
    ),
    "misspelt key beside the right one": (
        'compatability_date = "2024-11-01"',
        "4:1",
        "compatability_date",
        "unknown key `compatability_date`",
        "`compatibility_date` is there already: delete this one",
    ),
    "misspelt list": (
        '[[d1_database]]\nbinding = "DB"',
        "4:1",
        "d1_database",
        "unknown key `d1_database`",
        "did you mean `d1_databases`?",
    ),
    "misspelt key of a binding": (
        '[[d1_databases]]\nbinding = "DB"\n  databse_id = "x"',
        "6:3",
        "d1_databases[0].databse_id",
        "unknown key `d1_databases[0].databse_id`",
        "did you mean `database_id`?",
    ),
    "another API's name": (
        'kv_namespaces = [{ binding = "KV", namespace_id = "x" }]',
        "4:36",
        "kv_namespaces[0].namespace_id",
        "unknown key `kv_namespaces[0].namespace_id`",
        "did you mean `id`?",
    ),
    "removed by wrangler": (
        "node_compat = true",
        "4:1",
        "node_compat",
        "`node_compat` has no place here",
        'wrangler has removed it: write compatibility_flags = ["nodejs_compat"] instead',
    ),
    "string for a flag": (
        'minify = "yes"',
        "4:10",
        "minify",
        "`minify` must be true or false, not a string",
        "write minify = true",
    ),
    "string for a list": (
        'compatibility_flags = "nodejs_compat"',
        "4:23",
        "compatibility_flags",
        "`compatibility_flags` must be a list of strings, not a string",
        'put it in brackets: compatibility_flags = ["…"]',
    ),
    "number in a list": (
        "compatibility_flags = ['a',\n  7]",
        "5:3",
        "compatibility_flags[1]",
        "`compatibility_flags[1]` must be a string, not a number",
        'write "…"',
    ),
    "one table for a list": (
        '[d1_databases]\nbinding = "DB"',
        "4:1",
        "d1_databases",
        "`d1_databases` must be a list of tables, not a table",
        "write the header with two brackets: [[d1_databases]]",
    ),
    "list for a table": (
        "[[triggers]]\ncrons = []",
        "4:1",
        "triggers",
        "`triggers` must be a table, not a list",
        "write triggers = { … }",
    ),
    "text or list": (
        "build = { watch_dir = 1 }",
        "4:23",
        "build.watch_dir",
        "`build.watch_dir` must be a string or a list of strings, not a number",
        'write watch_dir = "…"',
    ),
    "date in vars": (
        "vars.day = 2024-01-01",
        "4:12",
        "vars.day",
        "`vars.day` is a date, which has no meaning here",
        'put it in quotes: "2024-01-01"',
    ),
    "infinity in vars": (
        "vars.list = [1, inf]",
        "4:17",
        "vars.list[1]",
        "`vars.list[1]` is inf, which JSON cannot carry",
        'put it in quotes: "…"',
    ),
    "date under an unknown key": (
        "later = { when = 2024-01-01T00:00:00Z }",
        "4:18",
        "later.when",
        "`later.when` is a date, which has no meaning here",
        'put it in quotes: "2024-01-01 00:00:00+00:00"',
    ),
    "out of bounds": (
        "[observability]\nhead_sampling_rate = 1.5",
        "5:22",
        "observability.head_sampling_rate",
        "`observability.head_sampling_rate` is 1.5",
        "it must be from 0 to 1",
    ),
    "below the least": (
        "[limits]\ncpu_ms = 0",
        "5:10",
        "limits.cpu_ms",
        "`limits.cpu_ms` is 0",
        "it must be at least 1",
    ),
    "no such choice": (
        '[assets]\nnot_found_handling = "404page"',
        "5:22",
        "assets.not_found_handling",
        '`assets.not_found_handling` cannot be "404page"',
        'did you mean "404-page"?',
    ),
    "no binding": (
        '[[d1_databases]]\ndatabase_name = "db"',
        "4:1",
        "d1_databases[0]",
        "`d1_databases[0]` has no `binding`",
        'add binding = "…"',
    ),
    "service of nothing": (
        '[[services]]\nbinding = "S"',
        "4:1",
        "services[0]",
        "`services[0]` has no `service`",
        'add service = "…"',
    ),
    "binding twice in two kinds": (
        '[[d1_databases]]\nbinding = "DB"\n[[kv_namespaces]]\nbinding = "DB"',
        "7:11",
        "kv_namespaces[0].binding",
        "the binding `DB` is defined twice: by `d1_databases[0].binding` and by `kv_namespaces[0].binding`",
        "rename one of them; the first is at aerostack.toml:5:11",
    ),
    "binding twice in one list": (
        '[[kv_namespaces]]\nbinding = "K"\n[[kv_namespaces]]\nbinding = "K"',
        "7:11",
        "kv_namespaces[1].binding",
        "the binding `K` is defined twice: by `kv_namespaces[0].binding` and by `kv_namespaces[1].binding`",
        "rename one of them; the first is at aerostack.toml:5:11",
    ),
    "variable under a binding's name": (
        'ai = { binding = "AI" }\n[vars]\nAI = "yes"',
        "6:6",
        "vars.AI",
        "the binding `AI` is defined twice: by `ai.binding` and by `vars.AI`",
        "rename one of them; the first is at aerostack.toml:4:18",
    ),
    "secret under a binding's name": (
        'env = ["DB"]\n[[d1_databases]]\nbinding = "DB"',
        "4:8",
        "env[0]",
        "the binding `DB` is defined twice: by `d1_databases[0].binding` and by `env[0]`",
        "rename one of them; the first is at aerostack.toml:6:11",
    ),
    "binding that code cannot name": (
        '[durable_objects]\nbindings = [{ name = "my-do", class_name = "C" }]',
        "5:22",
        "durable_objects.bindings[0].name",
        '`durable_objects.bindings[0].name` is "my-do", which is no name that code can use',
        "use letters, digits and underscores, as in MY_DB",
    ),
    "secret that code cannot name": (
        'secrets.required = ["API-KEY"]',
        "4:21",
        "secrets.required[0]",
        '`secrets.required[0]`: "API-KEY" is no name that code can use',
        "name a secret with letters, digits and underscores, as in API_TOKEN; its value stands elsewhere",
    ),
    "route without a pattern": (
        "routes = [{ custom_domain = true }]",
        "4:11",
        "routes[0]",
        "`routes[0]` has no `pattern`",
        'add pattern = "…"',
    ),
    "custom domain that is a pattern": (
        'route = { pattern = "a.example/*", custom_domain = true }',
        "4:21",
        "route.pattern",
        'the custom domain "a.example/*" is no host name',
        "name the host alone, as in api.example.com; or leave custom_domain out, and it is a route",
    ),
    "route and routes": (
        'route = "a.example/*"\nroutes = ["b.example/*"]',
        "5:1",
        "routes",
        "`route` and `routes` exclude each other",
        "keep one of them; `route` is at aerostack.toml:4:1",
    ),
    "variables under env": (
        '[env]\nTOKEN = "x"',
        "5:9",
        "env.TOKEN",
        "`env.TOKEN` must be a table, not a string",
        "variables belong under [vars]; here stands one table for each environment",
    ),
    "backend as a string": (
        'backend = "cfapi"',
        "4:11",
        "backend",
        "`backend` must be a table, not a string",
        'the backend is chosen under [deploy]: backend = "…"; [backend.NAME] holds its settings',
    ),
    "environment in both spellings": (
        "[env.a]\n[environments.a]",
        "5:1",
        "environments.a",
        "the environment `a` is defined twice: by `env.a` and by `environments.a`",
        "the two spellings mean the same: keep one of them",
    ),
    "key of the top level in an environment": (
        "[env.a]\nkeep_vars = true",
        "5:1",
        "env.a.keep_vars",
        "`env.a.keep_vars` has no place here",
        "move it to the top level: it holds for all environments",
    ),
    "default environment in an environment": (
        "[env.a.deploy]\nenvironment = 'b'",
        "5:1",
        "env.a.deploy.environment",
        "`env.a.deploy.environment` has no place here",
        "it chooses an environment, so it belongs to [deploy] at the top level",
    ),
    "environment in an environment": (
        "[env.a.environments.b]",
        "4:1",
        "env.a.environments",
        "`env.a.environments` has no place here",
        "environments cannot hold environments",
    ),
    "shared in an environment": (
        "[[env.a.kv_namespaces]]\nbinding = 'K'\nshared = true",
        "6:1",
        "env.a.kv_namespaces[0].shared",
        "`env.a.kv_namespaces[0].shared` has no place here",
        "it belongs to the entry of the top level",
    ),
    "new entry of an environment without its key": (
        "[[env.a.vectorize]]\nbinding = 'V'",
        "4:1",
        "env.a.vectorize[0]",
        "`env.a.vectorize[0]` has no `index_name`",
        'add index_name = "…"',
    ),
    "borrowed Hyperdrive": (
        "[[hyperdrive]]\nbinding = 'H'\nid = 'abc'\n[env.a]",
        "6:6",
        "hyperdrive[0].id",
        "the environment `a` would use the base's `hyperdrive[0].id`",
        'add [[env.a.hyperdrive]] with binding = "H" and its own id, '
        "or shared = true here if all environments are to use this one",
    ),
    "two bindings, one name": (
        "[[kv_namespaces]]\nbinding = 'A_B'\n[[kv_namespaces]]\nbinding = 'a_b'",
        "6:1",
        "kv_namespaces[1]",
        "the bindings `A_B` and `a_b` would both be the KV namespace `demo-a-b`",
        "rename one of the two bindings",
    ),
    "two databases to make under one name": (
        "[[d1_databases]]\nbinding = 'A'\ndatabase_name = 'x'\n[[d1_databases]]\nbinding = 'B'\ndatabase_name = 'x'",
        "7:1",
        "d1_databases[1]",
        "the bindings `A` and `B` would both be the D1 database `x`",
        "give one of them its own database_name",
    ),
    "terminal codes in a key": (
        '"minif\\u001By" = true',
        "4:1",
        '"minif\\u001by"',
        'unknown key `"minif\\u001by"`',
        "did you mean `minify`?",
    ),
}


@pytest.mark.parametrize(("body", "place", "key", "message", "hint"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_explained_at_its_place(
    toml: Callable[[str], Path], body: str, place: str, key: str, message: str, hint: str
) -> None:
    problems = [
        (str(problem.where), problem.key, problem.message, problem.hint) for problem in project.check(toml(body))
    ]
    assert problems == [(f"aerostack.toml:{place}", key, message, hint)]


def test_check_lists_every_problem_of_every_environment_in_order(toml: Callable[[str], Path]) -> None:
    path = toml("minify = 1\n[env.b]\nlogpush = 2\n[env.a]\nworkers_dev = 3\n")
    assert [problem.key for problem in project.check(path)] == ["minify", "env.b.logpush", "env.a.workers_dev"]


def test_load_raises_the_first_problem_and_counts_the_others(toml: Callable[[str], Path]) -> None:
    path = toml("minify = 1\nlogpush = 2\n[env.a]\nworkers_dev = 3\n")
    with pytest.raises(ConfigError) as caught:
        project.load(path, "a")
    assert caught.value.key == "minify"
    assert caught.value.hint == "write minify = true; 2 more problems: aerostack config check"
    with pytest.raises(ConfigError) as caught:
        project.load(path, None)
    assert caught.value.hint == "write minify = true; 1 more problem: aerostack config check"


def test_a_mistake_in_another_environment_does_not_stop_this_one(toml: Callable[[str], Path]) -> None:
    path = toml("[env.a]\nworkers_dev = 3\n[env.b]\n")
    assert project.load(path, "b").name == "demo-b"
    assert [problem.key for problem in project.check(path)] == ["env.a.workers_dev"]


def test_a_key_that_nobody_knows_is_passed_on(toml: Callable[[str], Path]) -> None:
    loaded = project.load(toml("[quantum]\nlevel = 3\n[env.a.quantum]\nlevel = 4\n"), "a")
    assert loaded.config["quantum"] == {"level": 4}
    assert str(loaded.where["quantum.level"]) == "aerostack.toml:7:9"


@pytest.mark.parametrize("date", ["2024-13-01", "2024-1-1", "today", "20240101", "2024-02-30"])
def test_a_compatibility_date_must_be_one(raw: Callable[[str], Path], date: str) -> None:
    (problem,) = project.check(raw(f'name = "x"\ncompatibility_date = "{date}"'))
    assert str(problem.where) == "aerostack.toml:2:22"
    assert problem.message == f'`compatibility_date` is "{date}", which is no date'
    assert (problem.hint or "").startswith('write year, month and day: compatibility_date = "20')


def test_an_unquoted_date_gets_its_quotes(raw: Callable[[str], Path]) -> None:
    (problem,) = project.check(raw('name = "x"\ncompatibility_date = 2024-11-01'))
    assert problem.message == "`compatibility_date` must be a string, not a date"
    assert problem.hint == 'write compatibility_date = "2024-11-01"'


def test_no_message_repeats_what_may_be_a_secret(toml: Callable[[str], Path]) -> None:
    path = toml("secrets = { TOKEN = 123456789 }\napi_key = 123456789\nenv = '123456789'\n")
    problems = project.check(path)
    assert len(problems) == 3
    assert "123456789" not in "".join(f"{problem.message}{problem.hint}" for problem in problems)
