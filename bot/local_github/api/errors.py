"""How the REST API says no, in GitHub's own words."""

from collections.abc import Mapping, Sequence

from bot.local_github.shapes.basics import Json

DOCUMENTATION = "https://docs.github.com/rest"
_NOT_SUPPLIED = "wasn't supplied."


class ApiError(Exception):
    """An answer of 4xx or 5xx."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Json | str] = (),
        headers: Mapping[str, str] | None = None,
        documentation: str = DOCUMENTATION,
    ) -> None:
        """*errors* are the single faults of a 422."""
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body: Json = {
            "message": message,
            **({"errors": list(errors)} if errors else {}),
            "documentation_url": documentation,
            "status": str(status),
        }


def not_found(message: str = "Not Found") -> ApiError:
    """Nothing is there, or nothing that this caller may see."""
    return ApiError(404, message)


def invalid(resource: str, code: str, field: str | None = None, message: str = "") -> ApiError:
    """One field does not do: ``missing``, ``missing_field``, ``invalid``, ``already_exists``…"""
    fault: Json = {"resource": resource, "code": code}
    fault |= {"field": field} if field else {}
    fault |= {"message": message} if message else {}
    return ApiError(422, "Validation Failed", errors=[fault])


def malformed(message: str) -> ApiError:
    """The body is not of the form that the endpoint describes."""
    return ApiError(422, f"Invalid request.\n\n{message}")


def missing(field: str) -> ApiError:
    """A field that must be there is not."""
    return malformed(f'"{field}" {_NOT_SUPPLIED}')


def no_commit(sha: str) -> ApiError:
    """No commit has this sha, or not yet."""
    return ApiError(422, f"No commit found for SHA: {sha}")
