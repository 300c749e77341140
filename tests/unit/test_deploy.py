"""What is deployed: files that hold to the schemas of those who read them, and agree with each other and the code."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from sparkle_assets.cluster.addresses import BROKER, POSTGRES
from sparkle_assets.serving.services import LOCATION, MODULE, SETTLE, SETTLE_S
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
MANIFESTS = [
    (path.name, item)
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in [yaml.safe_load(path.read_text(encoding="utf-8"))]
    for item in (document["items"] if document["kind"] == "List" else [document])
]
PINNED = re.compile(r"[\w./-]+:[\w.-]*\d+\.\d+[\w.-]*|[\w./-]+:RELEASE\.[\dTZ-]+")


def test_the_compose_file_holds_to_the_specification() -> None:
    schema = json.loads(files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text())
    jsonschema.validate(COMPOSE, schema)
    wrong = {**COMPOSE, "services": {"one": {"imagee": "x"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


@pytest.mark.parametrize(("name", "document"), MANIFESTS, ids=[f"{name}-{one['kind']}" for name, one in MANIFESTS])
def test_a_manifest_holds_to_the_schema_of_kubernetes(name: str, document: dict[str, Any]) -> None:
    kubernetes_validate.validate(document, "1.31", strict=True)
    assert document["kind"] == "Namespace" or document["metadata"]["namespace"] == "sparkle"


def test_a_wrong_manifest_does_not_hold() -> None:
    wrong = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {"replicaas": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.31", strict=True)


@pytest.mark.parametrize("file", ["Dockerfile", "Dockerfile.gpu"])
def test_the_daemon_of_an_image_settles_as_the_one_of_the_command_line_does(file: str) -> None:
    assert f" {SETTLE}={SETTLE_S} " in (DEPLOY / file).read_text(encoding="utf-8")


def test_bases_and_services_are_pinned() -> None:
    bases = [
        line.split()[1]
        for file in ("Dockerfile", "Dockerfile.gpu")
        for line in (DEPLOY / file).read_text(encoding="utf-8").splitlines()
        if line.startswith("FROM ")
    ]
    images = [
        service["image"] for service in COMPOSE["services"].values() if not service["image"].startswith("sparkle:")
    ]
    assert len(bases) == 2 and len(images) >= 3
    assert [one for one in bases + images if not PINNED.fullmatch(one)] == []


def test_images_copy_what_there_is() -> None:
    for file in ("Dockerfile", "Dockerfile.gpu"):
        for line in (DEPLOY / file).read_text(encoding="utf-8").splitlines():
            if line.startswith("COPY "):
                for name in line.split()[1:-1]:
                    assert (ROOT / name).exists(), f"{file} copies {name}"


def test_everybody_names_the_graph_and_the_addresses_alike() -> None:
    code = COMPOSE["services"]["code"]["command"]
    assert f"--module-name={MODULE}" in code and f"--location-name={LOCATION}" in code
    told = yaml.safe_load((DEPLOY / "workspace.yaml").read_text(encoding="utf-8"))["load_from"][0]["grpc_server"]
    assert told == {"host": "code", "port": 4000, "location_name": LOCATION}
    (settings,) = (one for _, one in MANIFESTS if one["kind"] == "ConfigMap")
    assert yaml.safe_load(settings["data"]["workspace.yaml"])["load_from"][0]["grpc_server"] == told
    assert {POSTGRES, BROKER} <= set(COMPOSE["services"]["worker"]["environment"])
    for _, manifest in MANIFESTS:
        if manifest["kind"] == "Deployment":
            (container,) = manifest["spec"]["template"]["spec"]["containers"]
            assert {POSTGRES, BROKER} <= {one["name"] for one in container["env"]}, manifest["metadata"]["name"]


def test_nothing_answers_beyond_this_machine() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)
    assert not [
        one for _, one in MANIFESTS if one["kind"] == "Service" and one["spec"].get("type") not in (None, "ClusterIP")
    ]


def test_no_password_is_written_down() -> None:
    for path in [*DEPLOY.rglob("*.yaml"), *DEPLOY.glob("Dockerfile*")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"password\w*['\"]?\s*[:=]\s*['\"]?[\w-]+['\"]?\s*$", line, re.IGNORECASE), (
                f"{path}: {line}"
            )


def test_the_cluster_of_this_machine_finds_its_root() -> None:
    from deploy.local import ROOT as FOUND

    assert Path(FOUND) == ROOT
