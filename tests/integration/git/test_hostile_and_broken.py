"""Odd addresses, odd refs, closed doors and broken mirrors."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.adapters.git import GitCredentials, GitSource
from engine.errors import NotFound, Refused, Unreachable
from tests.contract.source.repository import TOKEN, Repository, new_repository, served


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "repositories" / "shop")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    "ref",
    [
        "--force; rm -rf /",
        "--upload-pack=touch /tmp/x",
        "-h",
        "main~1",
        "main:README",
        ":/First",
        "@{-1}",
        "main\nother",
        "",
        "../../etc/passwd",
        "🛒" * 10_000,
    ],
)
def test_a_ref_that_does_not_exist_is_never_more_than_a_name(
    cache: Path, repository: Repository, ref: str
) -> None:
    repository.commit("First")
    repository.commit("Second")
    with pytest.raises(NotFound) as error:
        GitSource(cache).resolve(str(repository.path), ref)
    assert "There is no branch, tag or commit" in error.value.detail
    assert len(error.value.detail) < 1_000


def test_a_branch_that_looks_like_an_option_is_a_branch(
    cache: Path, repository: Repository
) -> None:
    sha = repository.commit("First")
    repository.git("update-ref", "refs/heads/--force", sha)
    repository.git("update-ref", "refs/heads/deadbeef", sha)
    source = GitSource(cache)
    assert source.resolve(str(repository.path), "--force").sha == sha
    assert source.resolve(str(repository.path), "deadbeef").sha == sha


def test_a_tag_of_a_file_is_no_commit(cache: Path, repository: Repository) -> None:
    repository.commit("First", {"a.txt": "a"})
    repository.git("tag", "a-file", "HEAD:a.txt")
    with pytest.raises(NotFound, match="is a blob, no commit"):
        GitSource(cache).resolve(str(repository.path), "a-file")


def test_a_short_sha_of_several_commits_is_told_so(cache: Path, repository: Repository) -> None:
    shas: list[str] = []
    tree = repository.git("mktree")
    parents: list[str] = []
    for number in range(700):  # of 65,536 beginnings, two are the same by then, or nearly surely
        sha = repository.git("commit-tree", tree, *parents, "-m", str(number))
        parents = ["-p", sha]
        twin = next((other for other in shas if other[:4] == sha[:4]), None)
        shas.append(sha)
        if twin:
            break
    else:
        pytest.fail("no two commits begin alike")
    repository.git("update-ref", "refs/heads/main", shas[-1])
    with pytest.raises(NotFound, match=f"`{sha[:4]}` fits 2 commits"):
        GitSource(cache).resolve(str(repository.path), sha[:4])


@pytest.mark.parametrize(
    "repo",
    [
        "ext::sh -c touch% /tmp/x",
        "--upload-pack=touch /tmp/x",
        "fd::17/foo",
        "http::https://example.com/x",
        "ftp://example.com/x.git",
        "ssh://-oProxyCommand=touch/x",
        "ssh://-oProxyCommand=x@example.com/x",
        "https:///x",
        "",
        "a\nb",
    ],
)
def test_an_address_that_could_run_something_is_refused(cache: Path, repo: str) -> None:
    with pytest.raises(Refused, match="no address of a Git repository"):
        GitSource(cache).resolve(repo, "main")


def test_a_path_that_is_not_there_is_named(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        GitSource(cache).resolve(str(tmp_path / "nowhere"), "main")


def test_a_folder_that_is_no_repository_is_named(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no repository"):
        GitSource(cache).resolve(str(tmp_path), "main")


def test_an_empty_repository_says_what_to_do(cache: Path, repository: Repository) -> None:
    for ref in ("main", "HEAD"):
        with pytest.raises(NotFound) as error:
            GitSource(cache).resolve(str(repository.path), ref)
        assert error.value.remedy == "The repository is empty: push a branch to it."


def test_a_port_where_nobody_listens_is_unreachable(cache: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
        GitSource(cache).resolve(f"http://127.0.0.1:{port}/x.git", "main")


@pytest.mark.parametrize("scheme", ["http", "git", "ssh"])
def test_a_server_that_never_answers_ends_at_the_deadline(
    cache: Path, silent_port: int, scheme: str
) -> None:
    source = GitSource(cache, fetch_seconds=0.5)
    with pytest.raises(Unreachable, match="did not answer"):
        source.resolve(f"{scheme}://127.0.0.1:{silent_port}/x.git", "main")


def test_a_private_repository_without_or_with_a_wrong_token_is_refused(
    cache: Path, repository: Repository
) -> None:
    repository.commit("First")
    with served(repository.path.parent, token=TOKEN) as port:
        address = f"http://127.0.0.1:{port}/shop/.git"
        for credentials in ({}, {"127.0.0.1": GitCredentials(token="wrong-token")}):
            with pytest.raises(Refused) as error:
                GitSource(cache, credentials=credentials).resolve(address, "main")
            assert "does not let us in" in error.value.detail
            assert "token" in error.value.remedy
            assert "wrong-token" not in str(error.value.detail)


def test_a_token_goes_to_its_own_host_only(cache: Path, repository: Repository) -> None:
    repository.commit("First")
    with served(repository.path.parent, token=TOKEN) as port:
        source = GitSource(cache, credentials={"github.com": GitCredentials(token=TOKEN)})
        with pytest.raises(Refused):
            source.resolve(f"http://127.0.0.1:{port}/shop/.git", "main")


def test_a_password_in_the_address_works_and_is_never_shown(
    cache: Path, repository: Repository
) -> None:
    sha = repository.commit("First")
    with served(repository.path.parent, token=TOKEN) as port:
        address = f"http://x-access-token:{TOKEN}@127.0.0.1:{port}/shop/.git"
        source = GitSource(cache)
        assert source.resolve(address, "main").sha == sha
        with pytest.raises(NotFound) as error:
            source.resolve(address, "mian")
        assert TOKEN not in error.value.detail
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert kept
    assert not any(TOKEN.encode() in path.read_bytes() for path in kept)
    assert not any(TOKEN in str(path) for path in kept)


def test_no_secret_is_among_the_arguments_of_git(
    cache: Path, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("First")
    log = tmp_path / "arguments"
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    real = subprocess.run(["which", "git"], check=True, capture_output=True, text=True).stdout
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {real.strip()} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    with served(repository.path.parent, token=TOKEN) as port:
        source = GitSource(cache, credentials={"127.0.0.1": GitCredentials(token=TOKEN)})
        source.resolve(f"http://127.0.0.1:{port}/shop/.git", "main")
    assert "fetch" in log.read_text()
    assert TOKEN not in log.read_text()
    assert "Basic" not in log.read_text()


def test_no_password_is_sent_where_anybody_could_read_it(cache: Path) -> None:
    with pytest.raises(Refused) as error:
        GitSource(cache).resolve("http://me:hidden@git.example.com/x.git", "main")
    assert "https://" in error.value.remedy
    assert "hidden" not in error.value.detail


def break_head(mirror: Path) -> None:
    (mirror / "HEAD").unlink()


def break_objects(mirror: Path) -> None:
    for file in [*mirror.rglob("*.pack"), *mirror.glob("objects/??/*")]:
        file.chmod(0o644)
        file.write_bytes(b"")


def break_by_a_lock_left_behind(mirror: Path) -> None:
    for name in ("packed-refs.lock", "config.lock", "HEAD.lock"):
        (mirror / name).touch()


def break_refs(mirror: Path) -> None:
    (mirror / "packed-refs").write_bytes(b"\0" * 100)


@pytest.mark.parametrize(
    "harm", [break_head, break_objects, break_by_a_lock_left_behind, break_refs]
)
def test_a_broken_mirror_is_made_anew(
    cache: Path, repository: Repository, tmp_path: Path, harm: object
) -> None:
    first = repository.commit("First", {"a.txt": "a"})
    source = GitSource(cache)
    source.resolve(str(repository.path), "main")
    [mirror] = cache.glob("*.git")
    assert callable(harm)
    harm(mirror)
    source.check_out(str(repository.path), first, tmp_path / "out-1", canceled=lambda: False)
    assert (tmp_path / "out-1/a.txt").read_text() == "a"
    harm(mirror)
    second = repository.commit("Second")
    repository.git("branch", "--quiet", "other")
    assert source.resolve(str(repository.path), "other").sha == second


def test_a_mirror_half_made_by_a_killed_process_is_finished(
    cache: Path, repository: Repository
) -> None:
    sha = repository.commit("First")
    source = GitSource(cache)
    source.resolve(str(repository.path), "main")
    [mirror] = cache.glob("*.git")
    mirror.rename(mirror.with_name(f"{mirror.name}.begun"))
    assert source.resolve(str(repository.path), "main").sha == sha


def test_threads_and_processes_share_one_mirror(
    cache: Path, repository: Repository, tmp_path: Path
) -> None:
    sha = repository.commit("First", {f"{number}.txt": "x" * 1000 for number in range(50)})
    script = (
        "import sys; from pathlib import Path; from engine.adapters.git import GitSource\n"
        "print(GitSource(Path(sys.argv[1])).resolve(sys.argv[2], 'main').sha)"
    )
    others = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(cache), str(repository.path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    source = GitSource(cache)
    found: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(source.resolve(str(repository.path), "main").sha)
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [sha] * 4
    assert [other.communicate()[0].strip() for other in others] == [sha] * 2


def test_files_that_would_lead_out_of_the_check_out_are_refused(
    cache: Path, repository: Repository, tmp_path: Path
) -> None:
    file = repository.path / "payload"
    file.write_text("harm")
    blob = repository.git("hash-object", "-w", "payload")
    file.unlink()
    inner = make_tree(repository, f"100644 blob {blob}\tescaped.txt\n")
    for name in ("..", ".git"):
        tree = make_tree(repository, f"040000 tree {inner}\t{name}\n")
        sha = repository.git("commit-tree", tree, "-m", "Escape")
        repository.git("update-ref", "refs/heads/evil", sha)
        with pytest.raises(Refused, match="cannot read the commit"):
            GitSource(cache).check_out(
                str(repository.path), sha, tmp_path / "check" / name.strip("."), canceled=bool
            )
    assert not list(tmp_path.rglob("escaped.txt"))


def make_tree(repository: Repository, listing: str) -> str:
    """Write a tree that ``git mktree`` would not check."""
    raw = b""
    for line in listing.splitlines():
        mode_kind_sha, _, name = line.partition("\t")
        mode, _, sha = mode_kind_sha.split()
        raw += f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(sha)
    words = ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"]
    done = subprocess.run(
        ["git", "-C", str(repository.path), *words], input=raw, check=True, capture_output=True
    )
    return done.stdout.decode().strip()
