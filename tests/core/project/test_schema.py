from __future__ import annotations

import json

from aerostack import project


def test_the_schema_is_json_and_describes_base_and_environments() -> None:
    schema = json.loads(json.dumps(project.schema()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    base, environment = schema["properties"], schema["$defs"]["environment"]["properties"]
    assert base["d1_databases"]["items"]["required"] == ["binding"]
    assert base["d1_databases"]["items"]["properties"]["database_id"]["type"] == "string"
    assert base["minify"] == {"type": "boolean"}
    assert base["environments"]["additionalProperties"] == {"$ref": "#/$defs/environment"}
    assert {"type": "array", "items": {"type": "string"}}.items() <= base["env"]["anyOf"][0].items()
    assert "keep_vars" in base and "keep_vars" not in environment
    assert "shared" in base["kv_namespaces"]["items"]["properties"]
    assert "shared" not in environment["kv_namespaces"]["items"]["properties"]


def test_the_schema_knows_every_key_that_wrangler_reads() -> None:
    base = project.schema()["properties"]
    wrangler = """
        env keep_vars alias site wasm_modules text_blobs data_blobs addresses dependencies_instrumentation
        pages_build_output_dir send_metrics dev $schema
        name account_id compatibility_date compatibility_flags main base_dir tsconfig jsx_factory jsx_fragment
        find_additional_modules preserve_file_names rules no_bundle minify keep_names build upload_source_maps
        python_modules workers_dev preview_urls route routes triggers migrations exports limits placement assets
        observability logpush logfwdr cache access previews first_party_worker compliance_region
        vars define secrets kv_namespaces r2_buckets d1_databases queues durable_objects workflows services vectorize
        hyperdrive ai browser images stream media analytics version_metadata ai_search_namespaces ai_search agent_memory
        flagship analytics_engine_datasets dispatch_namespaces mtls_certificates send_email pipelines k2
        secrets_store_secrets ratelimits worker_loaders vpc_services vpc_networks artifacts unsafe_hello_world
        tail_consumers streaming_tail_consumers containers cloudchamber connect unsafe
    """
    assert set(wrangler.split()) - base.keys() == set()
