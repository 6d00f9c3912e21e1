"""esbuild's command line, with wrangler's settings."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from aerostack.bundle import nodejs, rules
from aerostack.errors import ConfigError
from aerostack.model import Project

# V8's own level; the two features are newer than that and understood by workerd as they are.
_LANGUAGE = ("--target=es2024", "--supported:import-source=true", "--supported:using=true")


def argv(
    project: Project, main: Path, *, esbuild: Path, outdir: Path, metafile: Path, packages: Collection[str] = ()
) -> tuple[str, ...]:
    """The command that bundles ``main`` into ``outdir``; it has to run in the project's root.

    ``packages`` are names of Node.js built-in modules that mean an npm package here.
    """
    config = project.config
    command = [
        str(esbuild),
        # Relative with a dot: never taken for a flag, and the same wherever the project lies.
        f"./{main.relative_to(project.root).as_posix()}",
        "--bundle",
        "--format=esm",
        "--platform=browser",
        "--conditions=workerd,worker,browser",
        "--main-fields=browser,module,main",
        *_LANGUAGE,
        f"--outdir={outdir}",
        f"--entry-names={main.stem}",
        f"--asset-names={'[dir]/[name]' if config.get('preserve_file_names') else '[hash]-[name]'}",
        f"--metafile={metafile}",
        "--log-level=warning",
        "--log-limit=0",
        "--color=false",
        "--charset=utf8",
    ]
    if config.get("upload_source_maps", True):
        command += ["--sourcemap=linked", "--sources-content=true"]
    if config.get("minify"):
        command.append("--minify")
    if config.get("keep_names", True):
        command.append("--keep-names")
    for key, flag in (("tsconfig", "tsconfig"), ("jsx_factory", "jsx-factory"), ("jsx_fragment", "jsx-fragment")):
        if config.get(key):
            command.append(f"--{flag}={config[key]}")
    command += [f"--external:{name}" for name in ("node:*", "cloudflare:*", "workerd:*", "__STATIC_CONTENT_MANIFEST")]
    command += [f"--alias:{name}={path}" for name, path in _aliases(project, packages).items()]
    command += [f"--define:{name}={value}" for name, value in _definitions(project).items()]
    command += [f"--loader:{extension}=jsx" for extension in (".js", ".mjs", ".cjs")]
    command += [f"--loader:{extension}=copy" for extension in rules.by_extension(project)]
    return tuple(command)


def _aliases(project: Project, packages: Collection[str]) -> dict[str, str]:
    aliases = nodejs.aliases(packages) if nodejs.is_enabled(project) else {}
    if (project.root / "shared").is_dir():
        aliases["@shared"] = "./shared"
    return aliases | _table(project, "alias")


def _definitions(project: Project) -> dict[str, str]:
    production = json.dumps("production")
    definitions = {f"{name}process.env.NODE_ENV": production for name in ("", "global.", "globalThis.")}
    if nodejs.has_navigator(project):
        definitions["navigator.userAgent"] = json.dumps("Cloudflare-Workers")
    return definitions | _table(project, "define")


def _table(project: Project, key: str) -> dict[str, str]:
    table = project.config.get(key)
    if not isinstance(table, Mapping):
        return {}
    for name, value in table.items():
        if not isinstance(value, str) or "=" in name:
            raise ConfigError(
                f"`{key}` maps names to texts",
                key=f"{key}.{name}",
                hint=f'write it as [{key}] name = "text"',
                where=project.where.get(f"{key}.{name}") or project.where.get(key),
            )
    return {str(name): str(value) for name, value in table.items()}
