"""What a rack leaves on its engine, and what it leaves alone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker
import pytest
import requests

from engine.errors import NotFound, Refused
from engine.ports.rack import Phase
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import begin, make_live, reach

LOOK_UP = "import socket, sys; print(socket.gethostbyname(sys.argv[1]))"


def test_containers_of_others_are_never_touched(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    other = engine.containers.run("busybox:stable", ["sleep", "600"], name="other", detach=True)
    try:
        make_live(stage, target(1, service(image=stage.image)))
        make_live(stage, target(2, service(image=stage.image, version="2")))
        other.reload()
        assert other.status == "running"
        assert len(stage.rack.processes()) == 1
    finally:
        other.remove(force=True)


def test_a_container_in_the_way_is_named(stage: DockerStage, engine: docker.DockerClient) -> None:
    other = engine.containers.create("busybox:stable", name="staging-shop-web-P1-1")
    try:
        first = target(1, service(image=stage.image))
        stage.rack.prepare(first)
        with pytest.raises(Refused, match="staging-shop-web-P1-1"):
            stage.rack.start(first)
    finally:
        other.remove(force=True)


def test_services_of_an_app_find_each_other_by_name_and_no_other_apps(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    db = service("db", image=stage.image, host=None)
    make_live(stage, target(1, service(image=stage.image), db))
    alone = service(image=stage.image, host="blog.test")
    make_live(stage, target(2, alone, app="blog"))

    found = engine.containers.get("staging-shop-web-P1-1").exec_run(["python", "-c", LOOK_UP, "db"])
    lost = engine.containers.get("staging-blog-web-P2-1").exec_run(["python", "-c", LOOK_UP, "db"])

    assert found.exit_code == 0
    assert lost.exit_code != 0


def test_a_volume_outlives_its_processes_and_is_the_racks_own(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    def db(version: str) -> Any:
        return service("db", image=stage.image, host=None, version=version, volumes=("d:/data",))

    neighbour = stage.neighbour()
    make_live(stage, target(1, db("1")))
    make_live(neighbour, target(2, db("1")))
    write = ["sh", "-c", "echo kept > /data/file"]
    assert engine.containers.get("staging-shop-db-P1-1").exec_run(write).exit_code == 0
    make_live(stage, target(3, db("2")))

    read = ["cat", "/data/file"]
    assert engine.containers.get("staging-shop-db-P3-1").exec_run(read).output == b"kept\n"
    assert engine.containers.get("production-shop-db-P2-1").exec_run(read).exit_code != 0


def test_a_process_knows_where_it_runs(stage: DockerStage, engine: docker.DockerClient) -> None:
    make_live(stage, target(1, service(image=stage.image)))

    environment = engine.containers.get("staging-shop-web-P1-1").attrs["Config"]["Env"]

    assert {"RACKHAND_RACK=staging", "RACKHAND_RELEASE=R1"} <= set(environment)


def test_looking_costs_the_same_for_many_replicas_as_for_one(
    stage: DockerStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = target(1, service(image=stage.image))
    make_live(stage, one)
    few = calls(stage, one, monkeypatch)
    many = target(2, service(image=stage.image, replicas=4))
    make_live(stage, many)

    assert calls(stage, many, monkeypatch) == few == 1


def calls(stage: DockerStage, wanted: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many requests to the engine one observation takes."""
    made: list[str] = []
    send = requests.Session.send

    def counting(session: Any, request: Any, **settings: Any) -> Any:
        made.append(request.url)
        return send(session, request, **settings)

    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "send", counting)
        assert stage.rack.observe(wanted).of("web").phase is Phase.RETIRED
    return len(made)


def test_promotions_of_several_apps_at_once_do_not_disturb_each_other(
    stage: DockerStage,
) -> None:
    def promote(app: str) -> None:
        for number in (1, 2):
            web = service(image=stage.image, version=f"{app}{number}", host=f"{app}.test")
            make_live(stage, target(number, web, app=app))

    apps = ("shop", "blog", "wiki")
    with ThreadPoolExecutor(len(apps)) as pool:
        list(pool.map(promote, apps))

    assert [stage.answer(f"{app}.test") for app in apps] == ["shop2", "blog2", "wiki2"]
    assert len(stage.rack.processes()) == len(apps)


def test_logs_survive_huge_lines_and_bytes_that_are_no_text(stage: DockerStage) -> None:
    program = (
        "import sys, time\n"
        "sys.stdout.buffer.write(b'x' * 100_000 + b'\\n\\xff\\xfe broken\\nlast\\n')\n"
        "sys.stdout.flush()\n"
        "time.sleep(600)\n"
    )
    first = target(
        1, service("job", image=stage.image, host=None, command=("python", "-c", program))
    )
    begin(stage, first)

    texts = [line.text for line in stage.rack.logs("shop", service="job", since=None, tail=50)]

    assert [text[:9] for text in texts] == [
        "xxxxxxxxx",
        "\N{REPLACEMENT CHARACTER}" * 2 + " broken",
        "last",
    ]
    assert len(texts[0]) < 10_000


def test_a_process_that_was_stopped_by_hand_is_put_back_to_work_by_a_promotion(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    job = service("job", image=stage.image, host=None)
    make_live(stage, target(1, job))
    engine.containers.get("staging-shop-job-P1-1").stop()
    second = target(2, job)
    assert stage.rack.observe(second).of("job").phase is Phase.ABSENT
    make_live(stage, second)

    assert reach(stage, second, Phase.RETIRED).of("job").ready == 1


def test_an_image_that_cannot_be_pulled_is_named(stage: DockerStage) -> None:
    first = target(1, service(image="registry.invalid/no/such:image"))

    with pytest.raises((NotFound, Refused), match=r"registry\.invalid"):
        stage.rack.prepare(first)


def test_a_reference_is_pulled_when_it_is_not_there(
    stage: DockerStage, engine: docker.DockerClient, registry_address: str
) -> None:
    reference = f"{registry_address}/cache:1"
    engine.images.get(stage.image).tag(reference)
    assert "error" not in engine.images.push(f"{registry_address}/cache", tag="1")
    engine.images.remove(reference)
    assert not stage.rack.has_image(reference)

    make_live(stage, target(1, service(image=reference)))

    assert stage.rack.has_image(reference)
    assert stage.answer("shop.test") == "1"
