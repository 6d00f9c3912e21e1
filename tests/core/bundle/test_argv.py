from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aerostack.bundle import esbuild
from aerostack.errors import ConfigError, Location
from aerostack.model import Project

ROOT = Path("/project")


def project(config: dict[str, Any], root: Path = ROOT) -> Project:
    file = root / "aerostack.toml"
    return Project(
        name="api",
        root=root,
        file=file,
        environment=None,
        main=root / "src/index.ts",
        config=config,
        where={"define.N": Location(file, 4, 1), "rules[0].globs": Location(file, 7, 1)},
    )


def argv(config: dict[str, Any], root: Path = ROOT) -> tuple[str, ...]:
    return esbuild.argv(
        project(config, root),
        root / "src/index.ts",
        esbuild=Path("/tools/esbuild"),
        outdir=Path("/build/out"),
        metafile=Path("/build/meta.json"),
    )


DEFAULT = (
    "/tools/esbuild",
    "./src/index.ts",
    "--bundle",
    "--format=esm",
    "--platform=browser",
    "--conditions=workerd,worker,browser",
    "--main-fields=browser,module,main",
    "--target=es2024",
    "--supported:import-source=true",
    "--supported:using=true",
    "--outdir=/build/out",
    "--entry-names=index",
    "--asset-names=[hash]-[name]",
    "--metafile=/build/meta.json",
    "--log-level=warning",
    "--log-limit=0",
    "--color=false",
    "--charset=utf8",
    "--sourcemap=linked",
    "--sources-content=true",
    "--keep-names",
    "--external:node:*",
    "--external:cloudflare:*",
    "--external:workerd:*",
    "--external:__STATIC_CONTENT_MANIFEST",
    '--define:process.env.NODE_ENV="production"',
    '--define:global.process.env.NODE_ENV="production"',
    '--define:globalThis.process.env.NODE_ENV="production"',
    '--define:navigator.userAgent="Cloudflare-Workers"',
    "--loader:.js=jsx",
    "--loader:.mjs=jsx",
    "--loader:.cjs=jsx",
    "--loader:.txt=copy",
    "--loader:.html=copy",
    "--loader:.sql=copy",
    "--loader:.bin=copy",
    "--loader:.wasm=copy",
)


def test_without_settings_it_is_wranglers_command() -> None:
    assert argv({"compatibility_date": "2026-06-01"}) == DEFAULT


def test_every_setting_has_its_flag() -> None:
    config = {
        "minify": True,
        "keep_names": False,
        "upload_source_maps": False,
        "preserve_file_names": True,
        "tsconfig": "tsconfig.worker.json",
        "jsx_factory": "h",
        "jsx_fragment": "Fragment",
        "alias": {"react": "preact/compat"},
        "define": {"VERSION": '"1.2"', "process.env.NODE_ENV": '"test"'},
        "rules": [{"type": "Text", "globs": ["**/*.md"]}, {"type": "ESModule", "globs": ["**/*.js"]}],
    }
    changed = argv(config | {"compatibility_date": "2022-01-01"})
    assert set(changed) - set(DEFAULT) == {
        "--minify",
        "--asset-names=[dir]/[name]",
        "--tsconfig=tsconfig.worker.json",
        "--jsx-factory=h",
        "--jsx-fragment=Fragment",
        "--alias:react=preact/compat",
        '--define:VERSION="1.2"',
        '--define:process.env.NODE_ENV="test"',
        "--loader:.md=copy",
    }
    assert set(DEFAULT) - set(changed) == {
        "--keep-names",
        "--sourcemap=linked",
        "--sources-content=true",
        "--asset-names=[hash]-[name]",
        '--define:process.env.NODE_ENV="production"',
        '--define:navigator.userAgent="Cloudflare-Workers"',
    }


def test_a_shared_folder_gets_its_alias_unless_the_project_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    assert "--alias:@shared=./shared" in argv({}, tmp_path)
    assert "--alias:@shared=./lib" in argv({"alias": {"@shared": "./lib"}}, tmp_path)
    assert "--alias:@shared=./shared" not in argv({"alias": {"@shared": "./lib"}}, tmp_path)


@pytest.mark.parametrize(
    ("config", "enabled"),
    [
        ({"compatibility_flags": ["nodejs_compat"]}, True),
        ({"compatibility_flags": ["nodejs_compat_v2"]}, True),
        ({"compatibility_date": "2026-08-04"}, True),
        ({"compatibility_date": "2026-08-04", "compatibility_flags": ["no_nodejs_compat"]}, False),
        ({"compatibility_date": "2026-08-03"}, False),
        ({}, False),
    ],
)
def test_bare_names_of_builtin_modules_are_aliased_when_the_runtime_has_them(
    config: dict[str, Any], enabled: bool
) -> None:
    assert ("--alias:fs=node:fs" in argv(config)) is enabled


@pytest.mark.parametrize(
    ("config", "defined"),
    [
        ({"compatibility_date": "2022-03-21"}, True),
        ({"compatibility_date": "2022-03-20"}, False),
        ({"compatibility_date": "2022-03-20", "compatibility_flags": ["global_navigator"]}, True),
        ({"compatibility_date": "2026-06-01", "compatibility_flags": ["no_global_navigator"]}, False),
    ],
)
def test_the_user_agent_is_known_when_the_runtime_has_a_navigator(config: dict[str, Any], defined: bool) -> None:
    assert ('--define:navigator.userAgent="Cloudflare-Workers"' in argv(config)) is defined


def test_a_value_that_is_no_text_is_an_error_with_its_place() -> None:
    with pytest.raises(ConfigError) as raised:
        argv({"define": {"N": 1}})
    assert raised.value.message == "`define` maps names to texts"
    assert raised.value.hint == 'write it as [define] name = "text"'
    assert raised.value.key == "define.N"
    assert str(raised.value.where) == "aerostack.toml:4:1"


def test_a_rule_that_does_not_go_by_extension_is_an_error() -> None:
    with pytest.raises(ConfigError) as raised:
        argv({"rules": [{"type": "Text", "globs": ["texts/*"]}]})
    assert raised.value.message == (
        'the rule for "texts/*" cannot be used while bundling, which goes by file extension'
    )
    assert raised.value.hint == 'write it as "**/*.ext", or set no_bundle = true'
    assert str(raised.value.where) == "aerostack.toml:7:1"


def test_an_unknown_type_of_rule_is_an_error() -> None:
    with pytest.raises(ConfigError) as raised:
        argv({"rules": [{"type": "Wasm", "globs": ["**/*.wasm"]}]})
    assert raised.value.message == '"Wasm" is no type of module rule'
    assert raised.value.hint == "use one of ESModule, CommonJS, Text, Data, CompiledWasm"
    assert raised.value.key == "rules[0].type"
