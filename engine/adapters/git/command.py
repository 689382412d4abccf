"""Calling git: no prompt, no odd transport, a deadline, and errors in the port's words."""

from collections.abc import Callable, Mapping
from pathlib import Path

from engine.adapters.git.address import Address, without_passwords
from engine.adapters.git.credentials import GitCredentials, authorization, ssh_command
from engine.adapters.process import Finished, child_environment, run
from engine.errors import NoSpace, NotFound, PortError, Refused, Unreachable

# git tells what went wrong by words only; these are the signs of it, in lower case. With
# LC_ALL=C they are the same everywhere.
NO_SPACE_SIGNS = ("no space left on device", "disk quota exceeded")
REFUSED_SIGNS = (
    "authentication failed",
    "could not read username",
    "could not read password",
    "permission denied",
    "host key verification failed",
    "returned error: 401",
    "returned error: 403",
    "access denied",
    "dubious ownership",
)
NOT_FOUND_SIGNS = (
    "not found",
    "does not exist",
    "does not appear to be a git repository",
    "no such file or directory",
    "returned error: 404",
)
CONFIGURATION = {
    "core.hooksPath": "/dev/null",
    "core.autocrlf": "false",
    "credential.helper": "",
    "gc.auto": "0",  # it would take its time out of somebody's deadline
    "maintenance.auto": "false",
    "fetch.writeCommitGraph": "false",
    "http.lowSpeedLimit": "1000",  # bytes a second …
    "http.lowSpeedTime": "30",  # … for so many seconds: it hangs
    "i18n.logOutputEncoding": "UTF-8",
    "filter.lfs.process": "",  # files of LFS stay pointers, whatever is installed here
    "filter.lfs.smudge": "",
    "filter.lfs.required": "false",
}


class Git:
    """The git command for one repository."""

    def __init__(
        self, address: Address, credentials: GitCredentials, environment: Mapping[str, str]
    ) -> None:
        """*environment* goes to git over everything that is set here."""
        self.address = address
        self._secrets = (*credentials.secrets(), address.password)
        configuration = dict(CONFIGURATION)
        if header := authorization(address, credentials):
            root = address.url.split("/", maxsplit=3)[:3]
            configuration[f"http.{'/'.join(root)}/.extraHeader"] = header
        self._environment = child_environment(
            {
                "LC_ALL": "C.UTF-8",
                "GIT_TERMINAL_PROMPT": "0",
                "GIT_ASKPASS": "true",
                "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
                "GIT_SSH_COMMAND": ssh_command(credentials),
                "GIT_NO_REPLACE_OBJECTS": "1",
                **_as_environment(configuration),
                **environment,
            }
        )

    def __call__(
        self,
        *words: str,
        folder: Path | None = None,
        index: Path | None = None,
        deadline_seconds: float,
        canceled: Callable[[], bool] = lambda: False,
    ) -> Finished:
        """Run git in the bare repository *folder*. Raises ``Unreachable`` at the deadline."""
        place = (f"--git-dir={folder}",) if folder else ()
        environment = dict(self._environment)
        if index:
            environment["GIT_INDEX_FILE"] = str(index)
        try:
            return run(
                ("git", *place, *words),
                environment=environment,
                deadline_seconds=deadline_seconds,
                canceled=canceled,
            )
        except TimeoutError as error:
            raise Unreachable(
                f"The repository {self.address.shown} did not answer within "
                f"{deadline_seconds:g} s.",
                remedy="Try again in a while.",
            ) from error

    def error(self, finished: Finished) -> PortError:
        """Make the port's error of what git said about the repository."""
        said = self._clean(finished.errors)
        signs = said.lower()
        shown = self.address.shown
        told = f" Git says: {_last_line(said)}"
        if full := self.space_error(finished):
            return full
        if any(sign in signs for sign in REFUSED_SIGNS):
            return Refused(
                f"The repository {shown} does not let us in.{told}",
                remedy="Check that it exists and that its token or key may read it.",
            )
        if any(sign in signs for sign in NOT_FOUND_SIGNS):
            return NotFound(f"There is no repository {shown}.{told}", remedy="Check its address.")
        return Unreachable(
            f"The repository {shown} does not answer.{told}", remedy="Try again in a while."
        )

    def space_error(self, finished: Finished) -> NoSpace | None:
        """Make the port's error of a full disk, where that is what git said."""
        if any(sign in finished.errors.lower() for sign in NO_SPACE_SIGNS):
            return no_space()
        return None

    def reading_error(self, finished: Finished) -> Refused:
        """Make the port's error of a commit that was fetched whole and still cannot be read."""
        told = _last_line(self._clean(finished.errors))
        return Refused(f"Git cannot read the commit of {self.address.shown}. It says: {told}")

    def _clean(self, text: str) -> str:
        """Take secrets out of what git said."""
        for secret in self._secrets:
            if secret:
                text = text.replace(secret, "***")
        return without_passwords(text)


def no_space() -> NoSpace:
    """Make the error of this machine's full disk."""
    return NoSpace(
        "The disk of this machine is full, so the repository cannot be fetched.",
        remedy="Make room and try again.",
    )


def _as_environment(configuration: Mapping[str, str]) -> dict[str, str]:
    """Return settings in the form that git reads from its environment."""
    values = {"GIT_CONFIG_COUNT": str(len(configuration))}
    for number, (name, value) in enumerate(configuration.items()):
        values[f"GIT_CONFIG_KEY_{number}"] = name
        values[f"GIT_CONFIG_VALUE_{number}"] = value
    return values


def _last_line(said: str) -> str:
    """Return the line that names the cause: git puts advice after it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    return (causes or lines or ["nothing."])[-1][:300]
