"""What is sent of a configuration, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerostack import project as files
from aerostack.errors import ConfigError
from aerostack.model import Project
from aerostack_hosted.bindings import bindings
from aerostack_hosted.honoured import check_keys


def load(folder: Path, text: str) -> Project:
    file = folder / "aerostack.toml"
    (folder / "index.js").write_text("export default {};\n")
    file.write_text(f'name = "app"\nmain = "index.js"\ncompatibility_date = "2026-01-01"\n{text}')
    return files.load(file, "staging", defined=False)


def test_resources_are_named_by_their_binding_and_never_by_an_id(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        '[vars]\nA = "x"\nB = { c = 1 }\n'
        '[[d1_databases]]\nbinding = "DB"\ndatabase_id = "11111111-1111-4111-8111-111111111111"\n'
        '[[r2_buckets]]\nbinding = "FILES"\n'
        '[[queues.producers]]\nbinding = "JOBS"\nqueue = "jobs"\ndelivery_delay = 5\n[ai]\nbinding = "AI"\n',
    )
    check_keys(project)
    assert bindings(project) == [
        {"type": "plain_text", "name": "A", "text": "x"},
        {"type": "json", "name": "B", "json": {"c": 1}},
        {"type": "d1", "name": "DB", "resource": "d1:DB"},
        {"type": "r2_bucket", "name": "FILES", "resource": "r2:FILES"},
        {"type": "queue", "name": "JOBS", "resource": "queue:JOBS", "delivery_delay": 5},
        {"type": "ai", "name": "AI"},
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('routes = ["a.example.com/*"]\n', "the backend `aerostack` cannot honour the key `routes`"),
        (
            '[[r2_buckets]]\nbinding = "FILES"\nbucket_name = "files"\njurisdiction = "eu"\n',
            "`jurisdiction` of the binding FILES cannot be honoured: Aerostack does not choose where data is kept",
        ),
        (
            '[[kv_namespaces]]\nbinding = "CACHE"\nid = "0123456789abcdef0123456789abcdef"\nshared = true\n',
            "`shared = true` of the binding CACHE cannot be honoured: "
            "on Aerostack every environment has its own resources",
        ),
        (
            '[[queues.consumers]]\nqueue = "jobs"\n',
            "the backend `aerostack` cannot honour the key `queues.consumers`",
        ),
    ],
)
def test_what_cannot_be_honoured_is_refused_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_keys(load(tmp_path, text))
    assert caught.value.message == message
    assert caught.value.hint == "remove it, or deploy with another backend (`aerostack backends`)"
    assert caught.value.where is not None
    assert caught.value.where.line >= 4
