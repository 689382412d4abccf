"""Turns what docker-py and what is below it raise into the errors of our ports."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import requests.exceptions
import urllib3.exceptions
from docker.errors import APIError, DockerException, TLSParameterError

from engine.errors import NoSpace, NotFound, PortError, Refused, Unreachable

WAIT = "Look whether it runs and can be reached; the work goes on by itself then."
MAKE_ROOM = "Make room there, for instance with `docker system prune`, and try again."


@contextmanager
def translated(rack: str) -> Iterator[None]:
    """Raise our own errors for those of the Docker engine of *rack*."""
    try:
        yield
    except (DockerException, requests.exceptions.RequestException) as error:
        raise translation(rack, error) from error
    except urllib3.exceptions.HTTPError as error:
        raise Unreachable(
            f"The connection to the engine of {rack} broke off.", remedy=WAIT
        ) from error
    except OSError as error:
        raise of_system(rack, error) from error


def translation(rack: str, error: Exception) -> PortError:
    """Return our error for one of docker-py or of the HTTP library that it uses."""
    if isinstance(error, APIError):
        return _of_status(rack, error)
    if isinstance(error, DockerException) and isinstance(error.__cause__, Exception):
        return translation(rack, error.__cause__)  # docker-py wraps what its first call met
    if isinstance(error, requests.exceptions.SSLError | TLSParameterError):
        return Refused(
            f"The engine of {rack} and Rackhand do not trust each other's certificates.",
            remedy="Look at ca.pem, cert.pem and key.pem of this rack.",
        )
    if isinstance(error, requests.exceptions.Timeout):
        return Unreachable(f"The engine of {rack} did not answer in time.", remedy=WAIT)
    return Unreachable(f"The engine of {rack} does not answer.", remedy=WAIT)


def of_system(rack: str, error: OSError) -> PortError:
    """Return our error for one of the operating system's on the way to the engine."""
    if error.errno == errno.ENOSPC:
        return NoSpace("The disk of the machine that Rackhand runs on is full.", remedy=MAKE_ROOM)
    return Unreachable(f"The engine of {rack} does not answer.", remedy=WAIT)


def full_disk(rack: str, words: str) -> NoSpace | None:
    """Return our error where the engine's words, be they in a status or a stream, tell of it.

    The one place where a text decides: the engine has no code of its own for a full disk.
    """
    if "no space left on device" not in words.lower():
        return None
    return NoSpace(f"The disk of the engine of {rack} is full.", remedy=MAKE_ROOM)


def _of_status(rack: str, error: APIError) -> PortError:
    status = error.status_code or 0
    words = str(error.explanation or error).strip()
    if no_space := full_disk(rack, words):
        return no_space
    if status == requests.codes.not_found:
        return NotFound(words)
    return Refused(f"The engine of {rack} refused: {words}")
