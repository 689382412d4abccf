"""Who has an account, found by login or e-mail."""

from collections.abc import Iterable, Iterator

from bot.local_github.settings import AppSpec, Person

_FIRST_ID = 1001
WEB_FLOW = Person(login="web-flow", name="GitHub", email="noreply@github.com")
_ACTIONS_ID = 15368  # as on github.com
ACTIONS = AppSpec(
    id=_ACTIONS_ID,
    slug="github-actions",
    name="GitHub Actions",
    owner="github",
    public_key="",  # nobody signs in as it but the operator
    installation_id=0,
    permissions={"checks": "write", "contents": "read", "metadata": "read", "statuses": "write"},
)
_GITHUB = Person(login="github", name="GitHub", email="support@github.com", kind="Organization")


def bot_login(app: AppSpec) -> str:
    """Return the login that an App acts under."""
    return f"{app.slug}[bot]"


class People:
    """Accounts, with the bots that the Apps act as."""

    def __init__(self, people: Iterable[Person], apps: Iterable[AppSpec]) -> None:
        bots = (
            Person(
                login=bot_login(app),
                name=app.name,
                email=f"{app.id}+{bot_login(app)}@users.noreply.github.com",
                kind="Bot",
            )
            for app in apps
        )
        everybody = (*people, WEB_FLOW, _GITHUB, *bots)
        self._by_login = {person.login.lower(): person for person in everybody}
        self._ids = {person.login: _FIRST_ID + place for place, person in enumerate(everybody)}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._by_login.values())

    def find(self, login: str) -> Person | None:
        """Return who has this login, whatever its case."""
        return self._by_login.get(login.lower())

    def get(self, login: str) -> Person:
        """Return who has this login; raises ``KeyError`` for nobody."""
        return self._by_login[login.lower()]

    def by_email(self, email: str) -> Person | None:
        """Return who commits with this address; None for nobody known."""
        wanted = email.lower()
        return next((one for one in self if one.email.lower() == wanted), None)

    def id_of(self, person: Person) -> int:
        """Return the number of an account."""
        return self._ids[person.login]
