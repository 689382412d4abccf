"""HTTPS with the operator's certificates."""

import http.client
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.adapters.docker import DockerRack, DockerRackSettings
from engine.errors import Refused
from tests.contract.rack.docker_stage import DockerStage, free_port
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import make_live
from tests.services import certificates


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "certificates"
    made.mkdir()
    issue(made / "shop.pem")
    return made


@pytest.fixture
def secure(clean_engine: str, folder: Path) -> Iterator[DockerStage]:
    stage = DockerStage(clean_engine, https_port=free_port(), certificates=folder)
    yield stage
    stage.close()


def issue(path: Path) -> None:
    home = path.parent.with_name(f"{path.stem}-authority")
    certificates.make(home)
    parts = [(home / name).read_text() for name in ("server-cert.pem", "server-key.pem")]
    path.write_text("".join(parts))
    shutil.rmtree(home)


def served(stage: DockerStage) -> bytes:
    """The certificate that the router shows; fails unless an app answers behind it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(
        "127.0.0.1", stage.settings.https_port, context=context, timeout=10
    )
    connection.request("GET", "/", headers={"Host": "shop.test"})
    shown = connection.sock.getpeercert(binary_form=True)
    assert isinstance(shown, bytes)
    assert connection.getresponse().read() == b"1"
    connection.close()
    return shown


def of(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text().partition("-----BEGIN PRIVATE")[0])


def test_https_shows_the_operators_certificate(secure: DockerStage, folder: Path) -> None:
    make_live(secure, target(1, service(image=secure.image)))

    assert served(secure) == of(folder / "shop.pem")


def test_an_exchanged_certificate_is_shown_without_a_restart(
    secure: DockerStage, folder: Path
) -> None:
    first = target(1, service(image=secure.image))
    make_live(secure, first)
    secure.rack.repair([first])
    issue(folder / "shop.pem")

    assert secure.rack.repair([first]) == ("The certificate shop.pem was exchanged.",)
    assert served(secure) == of(folder / "shop.pem")
    assert secure.rack.repair([first]) == ()


def test_a_certificate_of_a_new_name_is_taken_over_too(secure: DockerStage, folder: Path) -> None:
    first = target(1, service(image=secure.image))
    make_live(secure, first)
    secure.rack.repair([first])
    issue(folder / "blog.pem")

    assert secure.rack.repair([first]) == ("The certificate blog.pem was exchanged.",)
    served(secure)


def test_a_file_that_is_no_certificate_is_named_before_it_does_harm(
    clean_engine: str, folder: Path
) -> None:
    (folder / "broken.pem").write_text("nothing")
    rack = DockerRack(
        DockerRackSettings(
            name="staging",
            engine=clean_engine,
            http_port=free_port(),
            https_port=free_port(),
            certificates=folder,
        )
    )

    with pytest.raises(Refused, match=r"broken\.pem"):
        rack.prepare(target(1, service(image=DockerStage.image)))
    rack.close()


def test_a_key_of_another_certificate_is_named(clean_engine: str, folder: Path) -> None:
    issue(folder / "other.pem")
    key = (folder / "other.pem").read_text().partition("-----BEGIN PRIVATE")
    mixed = (folder / "shop.pem").read_text().partition("-----BEGIN PRIVATE")[0]
    (folder / "other.pem").unlink()
    (folder / "shop.pem").write_text(mixed + key[1] + key[2])
    rack = DockerRack(
        DockerRackSettings(
            name="staging",
            engine=clean_engine,
            http_port=free_port(),
            https_port=free_port(),
            certificates=folder,
        )
    )

    with pytest.raises(Refused, match=r"key in .*shop\.pem"):
        rack.prepare(target(1, service(image=DockerStage.image)))
    rack.close()
