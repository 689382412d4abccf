"""A forge that is away, refuses or has lost a repository: people hear of it, and no job fails."""

from datetime import timedelta

from storage import outbox
from tests.integration.github.hub import MAIN, REPO, Hub
from tests.reading import as_read


def told(hub: Hub) -> list[str]:
    """What was told to channels, as people read it."""
    with hub.scene.store.read() as transaction:
        found = outbox.of_subject(transaction, "notice")
    return [f"{one.channel}: {as_read(one.body['text'], [])}" for one in found]


def be_away(hub: Hub, minutes: float) -> None:
    """Let so much time pass, looking whenever a look is due."""
    end = hub.scene.clock.now() + timedelta(minutes=minutes)
    while hub.watched().due_at <= end:
        hub.scene.clock.at = max(hub.watched().due_at, hub.scene.clock.now())
        hub.look()
    hub.scene.clock.at = end


def test_what_is_pushed_while_the_forge_is_away_begins_once_it_is_back(hub: Hub) -> None:
    hub.forge.is_reachable = False
    hub.push("Fix cart")
    be_away(hub, 30)
    assert hub.begun() == []
    assert hub.watched().trouble == "git.example does not answer. Try again when it does."
    hub.forge.is_reachable = True
    be_away(hub, 6)
    assert hub.begun() == [(MAIN, hub.forge.repositories[REPO].heads[MAIN])]
    assert (hub.watched().trouble, hub.watched().trouble_since) == (None, None)


def test_tries_are_further_and_further_apart_and_never_more_than_five_minutes(hub: Hub) -> None:
    hub.forge.is_reachable = False
    hub.poll()
    waits = []
    for _ in range(10):
        waits.append((hub.watched().due_at - hub.scene.clock.now()).total_seconds())
        hub.scene.clock.at = hub.watched().due_at
        hub.look()
    assert waits == [5, 5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_a_short_outage_is_told_nobody(hub: Hub) -> None:
    hub.forge.is_reachable = False
    be_away(hub, 4)
    hub.forge.is_reachable = True
    be_away(hub, 6)
    assert told(hub) == []


def test_an_outage_that_lasts_is_told_once_and_so_is_its_end(hub: Hub) -> None:
    hub.begin_with(name="another", channel="#web")
    hub.begin_with(name="third")
    hub.forge.is_reachable = False
    be_away(hub, 40)
    assert [line.split(" since")[0] for line in told(hub)] == [
        "#deploys: acme/shop cannot be seen",
        "#web: acme/shop cannot be seen",
    ]
    assert all("does not answer" in line and "nothing is lost" in line for line in told(hub))
    hub.forge.is_reachable = True
    be_away(hub, 20)
    over = "acme/shop is seen again. What was pushed meanwhile begins now."
    assert told(hub)[2:] == [f"#deploys: {over}", f"#web: {over}"]


def test_a_second_outage_is_told_again(hub: Hub) -> None:
    for _ in range(2):
        hub.forge.is_reachable = False
        be_away(hub, 20)
        hub.forge.is_reachable = True
        be_away(hub, 20)
    assert len(told(hub)) == 4


def test_a_forge_that_wants_to_be_left_alone_is_asked_again_only_then(hub: Hub) -> None:
    until = hub.scene.clock.now() + timedelta(minutes=5)
    hub.forge.limited_until = until
    hub.poll()
    assert hub.watched().due_at == until
    assert told(hub) == []


def test_a_refusal_that_will_last_is_told_at_once(hub: Hub) -> None:
    hub.forge.limited_until = hub.scene.clock.now() + timedelta(minutes=50)
    hub.poll()
    assert len(told(hub)) == 1


def test_a_repository_that_is_gone_is_named_where_its_people_see_it(hub: Hub) -> None:
    hub.forge.lose(REPO)
    be_away(hub, 15)
    assert hub.watched().trouble == "git.example has no repository acme/shop."
    assert len(told(hub)) == 1


def test_a_token_that_lacks_a_scope_is_named_with_it(hub: Hub) -> None:
    hub.forge.forbidden.add("heads")
    hub.poll()
    assert hub.watched().trouble == "The token may not do this in acme/shop: it lacks \\`repo\\`."


def test_a_webhook_is_taken_while_the_forge_cannot_be_asked(hub: Hub) -> None:
    hub.forge.is_reachable = False
    (answer,) = hub.send(hub.push("Fix cart"))
    assert answer.json()["outcome"] == "began jobs"
    assert len(hub.jobs()) == 1


def test_a_repository_that_moved_is_followed_and_that_is_told_once(hub: Hub) -> None:
    hub.forge.move(REPO, "acme/store")
    hub.forge.push("acme/store", "Fix cart")
    hub.poll()
    hub.poll()
    assert [job.sha for job in hub.jobs()] == [hub.forge.repositories["acme/store"].heads[MAIN]]
    assert hub.watched().moved_to == "acme/store"
    (text,) = told(hub)
    assert text.startswith("#deploys: acme/shop is called acme/store now. ")
    assert text.endswith("Change repo of web before somebody else takes the old one.")


def test_webhooks_that_speak_of_the_new_name_are_understood(hub: Hub) -> None:
    renamed = hub.delivery(
        "repository",
        repo="acme/store",
        action="renamed",
        changes={"repository": {"name": {"from": "shop"}}},
    )
    old = hub.forge.repositories[REPO].heads[MAIN]
    hub.forge.move(REPO, "acme/store")
    sha = hub.forge.push("acme/store", "Fix cart")
    commit = {"id": sha, "message": "Fix cart", "author": {"name": "Ada"}}
    pushed = hub.delivery(
        "push",
        repo="Acme/Store",  # the forge takes names in any case
        ref=MAIN,
        before=old,
        after=sha,
        created=False,
        deleted=False,
        forced=False,
        head_commit=commit,
    )
    outcomes = [answer.json()["outcome"] for answer in hub.send(renamed, pushed)]
    assert outcomes == ["the repository's new name is followed", "began jobs"]
    hub.poll()
    assert hub.begun() == [(MAIN, sha)]
    assert len(told(hub)) == 1
