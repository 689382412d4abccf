"""Manifests read from real checkouts: which file, which paths, and none that leads out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.manifest import build_specs, from_plain, read_manifest, services_of, to_plain
from engine.manifest.model import Manifest

Checkout = Callable[[dict[str, str]], Path]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Write files into a checkout beside which a secret lies."""
    root = tmp_path / "checkout"
    root.mkdir()
    (tmp_path / "secret.env").write_text("SECRET=leaked\n")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return root

    return write


def environment_of(root: Path) -> dict[str, str | None]:
    return dict(read_manifest(root, app="shop").services[0].environment)


def filled(manifest: Manifest, environment: dict[str, str]) -> dict[str, str]:
    [found] = services_of(
        manifest, images=[], environment=environment, default_domain="shop.localhost"
    )
    return dict(found.environment)


def test_a_usual_compose_file_is_found(checkout: Checkout) -> None:
    for name in ("docker-compose.yml", "compose.yaml"):  # the better name wins
        root = checkout({name: f"services: {{{name.split('.')[0]}: {{image: x}}}}"})
    manifest = read_manifest(root, app="shop")
    assert (manifest.file, manifest.services[0].name) == ("compose.yaml", "compose")


def test_a_lone_dockerfile_is_one_service_named_after_the_app(checkout: Checkout) -> None:
    root = checkout({"Dockerfile": "FROM scratch\n"})
    manifest = read_manifest(root, app="shop")
    assert manifest.file == "Dockerfile"
    [spec] = build_specs(manifest, root, build_id="B1", app="shop")
    assert (spec.service, spec.context, spec.dockerfile) == ("shop", root, "Dockerfile")


def test_a_repository_with_neither_says_what_to_add(checkout: Checkout) -> None:
    with pytest.raises(UserError, match=r"neither a `compose.yaml` nor a `Dockerfile`"):
        read_manifest(checkout({"README.md": ""}), app="shop")


def test_a_named_file_that_is_missing_gets_the_nearest(checkout: Checkout) -> None:
    root = checkout({"compose.production.yaml": "services: {web: {image: x}}"})
    with pytest.raises(UserError) as error:
        read_manifest(root, app="shop", path="compose.prodution.yaml")
    assert error.value.why == "Did you mean `compose.production.yaml`?"


@pytest.mark.parametrize("path", ["../secret.env", "/etc/hostname", "link", "loop", "a\0b"])
def test_a_named_file_outside_of_the_checkout_is_refused(checkout: Checkout, path: str) -> None:
    root = checkout({})
    (root / "link").symlink_to("../secret.env")
    (root / "loop").symlink_to("loop")
    with pytest.raises(UserError, match="not inside the repository"):
        read_manifest(root, app="shop", path=path)


def test_paths_begin_at_the_folder_of_the_compose_file(checkout: Checkout) -> None:
    root = checkout(
        {
            "deploy/compose.yaml": "services: {web: {build: ../web, env_file: web.env}}",
            "deploy/web.env": "A=a\n",
            "web/Dockerfile": "FROM scratch\n",
        }
    )
    manifest = read_manifest(root, app="shop", path="deploy/compose.yaml")
    assert manifest.file == "deploy/compose.yaml"
    assert manifest.services[0].environment == {"A": "a"}
    kept = from_plain(to_plain(manifest))
    [spec] = build_specs(kept, root, build_id="B1", app="shop")
    assert (spec.context, spec.dockerfile) == (root / "web", "Dockerfile")


def test_a_whole_build_section_becomes_a_spec(checkout: Checkout) -> None:
    root = checkout(
        {
            "compose.yaml": (
                "services:\n  web:\n    build:\n      context: web\n"
                "      dockerfile: ../docker/Web\n      target: final\n"
                "      args: {A: '${A:-one}', B: , C: , D: 4}\n"
            ),
            "docker/Web": "FROM scratch\n",
            "web/x": "",
        }
    )
    manifest = read_manifest(root, app="shop")
    [spec] = build_specs(
        manifest, root, build_id="B1", app="shop", no_cache=True, environment={"B": "two"}
    )
    assert spec.arguments == {"A": "one", "B": "two", "D": "4"}
    assert (spec.target, spec.no_cache, spec.build_id) == ("final", True, "B1")
    assert (spec.context / spec.dockerfile).resolve() == root / "docker/Web"


@pytest.mark.parametrize(
    ("build", "said"),
    [
        ("..", "leads out"),
        ("/", "leads out"),
        ("outside", "leads out"),
        ("{dockerfile: ../Dockerfile}", "leads out"),
        ("{dockerfile: /etc/hostname}", "leads out"),
        ("{dockerfile: linked}", "leads out"),
        ("missing", "names no folder of the repository: `missing`"),
        ("{context: web, dockerfile: Nope}", "needs the file `web/Nope`"),
        ("web", "needs the file `web/Dockerfile`"),
        ("git@github.com:acme/web.git", "must be a folder of this repository"),
    ],
)
def test_a_build_that_leads_out_or_nowhere_names_its_line(
    checkout: Checkout, build: str, said: str
) -> None:
    root = checkout({"compose.yaml": f"services:\n  web:\n    build: {build}\n", "web/x": ""})
    (root / "outside").symlink_to("..")
    (root / "linked").symlink_to("../Dockerfile")
    with pytest.raises(UserError) as error:
        read_manifest(root, app="shop")
    assert said in error.value.what
    assert "`compose.yaml`, line 3: `services.web.build" in error.value.what


def test_a_kept_manifest_cannot_lead_out_either(checkout: Checkout) -> None:
    root = checkout({"Dockerfile": "FROM scratch\n"})
    plain = to_plain(read_manifest(root, app="shop"))
    for change in ({"context": ".."}, {"dockerfile": "../Dockerfile"}):
        build = {**plain["services"][0]["build"], **change}
        manifest = from_plain({**plain, "services": [{**plain["services"][0], "build": build}]})
        with pytest.raises(UserError, match="leads out of the repository"):
            build_specs(manifest, root, build_id="B1", app="shop")


ENV_FILE = """\
# a comment
PLAIN=one
export EXPORTED=two
DOUBLE="three # not a comment"
SINGLE='${NOT} filled $$'
FILLED=${SECRET:-default}
BARE
EMPTY=
ODD=pa$ word
"""


def test_an_env_file_is_read_as_compose_reads_it(checkout: Checkout) -> None:
    root = checkout(
        {
            "compose.yaml": "services: {web: {image: x, env_file: .env.web}}",
            ".env.web": ENV_FILE,
        }
    )
    manifest = read_manifest(root, app="shop")
    assert filled(manifest, {"SECRET": "s", "BARE": "given"}) == {
        "PLAIN": "one",
        "EXPORTED": "two",
        "DOUBLE": "three # not a comment",
        "SINGLE": "${NOT} filled $$",
        "FILLED": "s",
        "BARE": "given",
        "EMPTY": "",
        "ODD": "pa$ word",
    }


def test_later_files_and_written_variables_come_over_earlier_ones(checkout: Checkout) -> None:
    root = checkout(
        {
            "compose.yaml": (
                "services:\n  web:\n    image: x\n    env_file: [one.env, {path: two.env}]\n"
                "    environment: {C: written}\n"
            ),
            "one.env": "A=1\nB=1\nC=1\n",
            "two.env": "B=2\nC=2\n",
        }
    )
    assert environment_of(root) == {"A": "1", "B": "2", "C": "written"}


def test_an_optional_env_file_that_is_missing_is_a_notice(checkout: Checkout) -> None:
    text = "services: {web: {image: x, env_file: [{path: local.env, required: false}]}}"
    manifest = read_manifest(checkout({"compose.yaml": text}), app="shop")
    assert "`local.env`" in manifest.notices[0]


@pytest.mark.parametrize(
    ("env_file", "said"),
    [
        ("missing.env", "names no file of the repository"),
        ("../secret.env", "leads out of the repository"),
        ("linked.env", "leads out of the repository"),
        ("{required: true}", "needs a `path`"),
        ("bad.env", "`bad.env`, line 2"),
        ("latin.env", "not UTF-8"),
    ],
)
def test_an_env_file_that_cannot_be_read_names_its_line(
    checkout: Checkout, env_file: str, said: str
) -> None:
    text = f"services:\n  web:\n    image: x\n    env_file:\n    - {env_file}\n"
    root = checkout({"compose.yaml": text, "bad.env": "A=1\n'B\n"})
    (root / "latin.env").write_bytes(b"A=\xe9\n")
    (root / "linked.env").symlink_to("../secret.env")
    with pytest.raises(UserError) as error:
        read_manifest(root, app="shop")
    assert said in error.value.what
    assert "line 5" in error.value.what
    assert "leaked" not in str(error.value)


def test_submodules_and_lfs_are_named(checkout: Checkout) -> None:
    root = checkout(
        {
            "Dockerfile": "FROM scratch\n",
            ".gitmodules": '[submodule "x"]\n',
            ".gitattributes": "*.bin filter=lfs diff=lfs\n",
        }
    )
    submodules, files = read_manifest(root, app="shop").notices
    assert "submodules are not fetched" in submodules
    assert "Git LFS" in files
