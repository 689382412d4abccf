"""Each command, asked in its plain way: what it answers and what it offers."""

import pytest

from commands.cards import card
from commands.home import home
from commands.reply import Code, Reply, Table
from commands.request import Standing
from engine.adapters.memory import HELD, Behaviour
from storage.records import PromotionStatus
from tests.worlds import ADA, BOB, Scene, buttons_of, compose, text_of

P = PromotionStatus


def table_of(reply: Reply) -> Table:
    (table,) = [part for part in reply.parts if isinstance(part, Table)]
    return table


def row_of(reply: Reply, word: str) -> dict[str, str]:
    table = table_of(reply)
    (row,) = [row for row in table.rows if any(word in cell for cell in row)]
    return dict(zip(table.columns, row, strict=True))


def words_of(reply: Reply) -> list[tuple[str, ...]]:
    return [button.words for button in buttons_of(reply.parts)]


def live_web(scene: Scene) -> str:
    release = scene.built("Fix cart", compose("web", "worker"))
    scene.went_live(release)
    return release


def test_racks_lists_every_rack_with_how_it_is(protected: Scene) -> None:
    protected.memory.make_unreachable("production")
    protected.say("switch", "staging")
    reply = protected.say("racks")

    assert "simulated" in row_of(reply, "staging")["STATUS"]
    assert "(yours)" in row_of(reply, "staging")["NAME"]
    assert row_of(reply, "production")["STATUS"] == "does not answer"
    assert row_of(reply, "production")["RULES"] == "asks before it acts"
    assert words_of(reply) == [("switch", "production")]


def test_switch_shows_and_changes_the_rack_that_is_meant(scene: Scene) -> None:
    assert "You are on staging." in text_of(scene.say("switch"))
    assert "Switched to production" in text_of(scene.say("switch", "production"))
    assert "You are on production." in text_of(scene.say("switch"))
    assert "You are on staging." in text_of(scene.say("switch", who=BOB)), "that was only Ada's"
    scene.say("switch", "production", "--channel", who=BOB)
    assert "You are on production." in text_of(scene.say("switch", who=BOB))


def test_where_nothing_says_which_rack_it_is_asked_for(scene: Scene) -> None:
    reply = scene.say("releases", channel="C9")
    assert text_of(reply) == (
        "Which rack? There are staging, production.\n"
        "Add --rack NAME, or choose one for yourself with /rack switch NAME."
    )


def test_apps_lists_what_is_live_where(scene: Scene) -> None:
    release = live_web(scene)
    rows = table_of(scene.say("apps")).rows

    assert [row[0] for row in rows] == ["web", "web"]
    assert [row[2:] for row in rows] == [("running", release), ("not live yet", "–")]


def test_an_app_is_made_and_known_at_once(scene: Scene) -> None:
    reply = scene.say("apps", "create", "shop", "--repo", "https://git.example/shop.git")
    assert "Made." in text_of(reply)
    reply = scene.say("apps", "info", "shop")
    assert "https://git.example/shop.git" in text_of(reply)
    assert "Slack" in text_of(reply)


@pytest.mark.parametrize("name", ["Shop", "1shop", "sh op", "-x", "a" * 41, "shöp", ""])
def test_an_app_with_a_name_that_cannot_be_a_host_name_is_refused(scene: Scene, name: str) -> None:
    reply = scene.say("apps", "create", "--repo", "x", "--", name)
    assert reply.failed
    assert "cannot be the name of an app" in text_of(reply)


def test_two_apps_with_one_name_are_refused(scene: Scene) -> None:
    reply = scene.say("apps", "create", "web", "--repo", "x")
    assert "There is an app web already." in text_of(reply)


def test_apps_info_shows_where_it_is_live(scene: Scene) -> None:
    release = live_web(scene)
    reply = scene.say("apps", "info", "web")
    assert release in table_of(reply).rows[0]
    assert table_of(reply).rows[0][-1] == "healthy"


def test_build_says_what_it_builds_and_where_to_follow(scene: Scene) -> None:
    scene.source.commit("Fix")
    reply = scene.say("build", "--ref", "main")
    assert reply.follow
    assert reply.rack is not None
    assert reply.rack.name == "staging"
    assert "Building web at main for staging." in text_of(reply)


def test_builds_lists_them_and_offers_their_logs(scene: Scene) -> None:
    release = live_web(scene)
    reply = scene.say("builds")
    build = scene.release(release).build_id

    row = row_of(reply, build)
    assert (row["STATUS"], row["RELEASE"]) == ("succeeded", release)
    assert "Fix cart" in row["DESCRIPTION"]
    assert ("builds", "logs", build) in words_of(reply)


def test_builds_info_shows_one(scene: Scene) -> None:
    release = live_web(scene)
    build = scene.release(release).build_id
    reply = scene.say("builds", "info", build.lower())
    assert "Fix cart" in text_of(reply)
    assert ("promote", release) in words_of(reply)


def test_builds_logs_shows_the_last_lines_and_the_rest_as_a_file(scene: Scene) -> None:
    files = {"Dockerfile": "FROM scratch\n", "FAIL": "\n".join(f"line {n}" for n in range(90))}
    scene.source.commit("Broken", files)
    build = scene.did("build")
    scene.settle()
    reply = scene.say("builds", "logs", build)

    (code,) = [part for part in reply.parts if isinstance(part, Code)]
    assert code.text.splitlines()[-1] == "web | line 89"
    assert len(code.text.splitlines()) == 40
    assert reply.file is not None
    assert "line 0" in reply.file[1]


def test_builds_logs_without_an_id_means_the_thread_or_the_newest(scene: Scene) -> None:
    assert "There is no build yet." in text_of(scene.say("builds", "logs"))
    first = scene.release(scene.built("One")).build_id
    second = scene.release(scene.built("Two")).build_id
    assert scene.say("builds", "logs").title == f"Log of {second}"
    assert scene.say("builds", "logs", subject=first).title == f"Log of {first}"


def test_releases_lists_what_is_active_and_what_could_be(scene: Scene) -> None:
    old = live_web(scene)
    scene.went_live(scene.built("Live"))
    live = scene.live_release()
    assert live
    candidate = scene.built("Newer")
    reply = scene.say("releases")

    assert row_of(reply, live)["STATUS"] == "active"
    assert row_of(reply, candidate)["STATUS"] == "candidate"
    assert row_of(reply, old)["STATUS"] == ""
    labels = [button.label for button in buttons_of(reply.parts)]
    assert labels == [f"Promote {candidate}", f"Roll back to {old}"]


def test_releases_info_shows_commit_images_and_names_but_no_values(scene: Scene) -> None:
    scene.say("env", "set", "TOKEN=s3cr3t-value")
    release = scene.built("Fix cart")
    reply = scene.say("releases", "info", release)

    assert "TOKEN" in text_of(reply)
    assert "s3cr3t-value" not in text_of(reply)
    assert "Fix cart" in text_of(reply)


def test_promote_without_a_release_means_the_newest(scene: Scene) -> None:
    scene.built("One")
    newest = scene.built("Two")
    promotion = scene.did("promote")
    assert scene.promotion(promotion).release_id == newest


def test_promote_in_the_thread_of_a_build_means_its_release(scene: Scene) -> None:
    first = scene.built("One")
    scene.built("Two")
    promotion = scene.did("promote", subject=scene.release(first).build_id)
    assert scene.promotion(promotion).release_id == first


def test_releases_promote_and_rollback_are_the_same_commands(scene: Scene) -> None:
    one, two = scene.built("One"), scene.built("Two")
    scene.did("releases", "promote", one)
    scene.settle()
    scene.did("promote", two)
    scene.settle()
    scene.did("releases", "rollback", "web", one)
    scene.settle()
    assert scene.live_release() == one


def test_env_lists_names_only(scene: Scene) -> None:
    assert table_of(scene.say("env")).rows == ()
    reply = scene.say("env", "set", "A=1", "B=2")
    assert "env add:A add:B" in text_of(reply)
    assert table_of(scene.say("env")).rows == (("A",), ("B",))
    scene.say("env", "unset", "A")
    assert table_of(scene.say("env")).rows == (("B",),)


def test_env_set_without_values_offers_the_form(scene: Scene) -> None:
    reply = scene.say("env", "set")
    (button,) = buttons_of(reply.parts)
    assert button.opens == "environment"


def test_ps_lists_the_processes(scene: Scene) -> None:
    assert table_of(scene.say("ps")).rows == ()
    release = live_web(scene)
    reply = scene.say("ps")
    assert [row[1] for row in table_of(reply).rows] == ["web", "worker"]
    assert {row[3] for row in table_of(reply).rows} == {release}


def test_logs_are_filtered_by_service_and_text(scene: Scene) -> None:
    release = live_web(scene)
    assert f"worker of {release} started" in text_of(scene.say("logs"))
    assert "worker" not in text_of(scene.say("logs", "--service", "web"))
    assert "started" not in text_of(scene.say("logs", "--filter", "READY"))
    assert text_of(scene.say("logs", "--filter", "nothing like it")).endswith(
        "No line was written that fits."
    )
    assert len(text_of(scene.say("logs", "--tail", "1")).splitlines()) == 3


@pytest.mark.parametrize("age", ["10m", "2h", "9999d", "0s"])
def test_logs_of_any_age_are_answered(scene: Scene, age: str) -> None:
    live_web(scene)
    assert not scene.say("logs", "--since", age).failed


def test_scale_without_numbers_shows_them(scene: Scene) -> None:
    live_web(scene)
    reply = scene.say("scale")
    assert [row[:3] for row in table_of(reply).rows] == [("web", "1", "1"), ("worker", "1", "1")]


def test_status_shows_what_is_live_and_under_way_with_its_buttons(scene: Scene) -> None:
    release = live_web(scene)
    new = scene.built("New")
    scene.behave(new, HELD)
    running = scene.did("promote", new)
    scene.tick()
    waiting = scene.did("promote", scene.built_candidate("Next"))
    reply = scene.say("status")

    assert row_of(reply, release)["HEALTH"] == "healthy"
    assert f"behind {running}" in text_of(reply)
    assert ("cancel", waiting) in words_of(reply)


def test_approve_and_cancel_mean_the_only_one_where_none_is_named(protected: Scene) -> None:
    assert "Nothing waits for an approval." in text_of(protected.say("approve"))
    assert "Nothing of web is under way" in text_of(protected.say("cancel"))
    release = protected.built()
    offer = protected.did("promote", release, "--rack", "production")
    protected.say("approve", who=BOB)
    assert protected.promotion(offer).status is P.QUEUED
    protected.say("cancel", "--rack", "production")
    assert protected.promotion(offer).status is P.CANCELED


def test_cancel_asks_which_where_several_are_under_way(scene: Scene) -> None:
    one = scene.did("promote", scene.built("One"))
    two = scene.did("promote", scene.built_candidate("Two"))
    reply = scene.say("cancel")
    assert "Cancel which?" in text_of(reply)
    assert one in text_of(reply)
    assert two in text_of(reply)


def test_a_card_offers_what_can_be_done_now(scene: Scene) -> None:
    release = scene.built()
    build_card = card(scene.world, scene.release(release).build_id)
    assert build_card is not None
    offered = [button.words for button in buttons_of(build_card.parts)]
    assert ("promote", release, "--rack", "staging") in offered
    assert ("promote", release, "--rack", "production") in offered

    scene.behave(release, HELD)
    promotion = scene.did("promote", release)
    scene.tick()
    under_way = card(scene.world, promotion)
    assert under_way is not None
    assert ("cancel", promotion) in [button.words for button in buttons_of(under_way.parts)]

    scene.behave(release, Behaviour())
    scene.settle()
    ended = card(scene.world, promotion)
    assert ended is not None
    labels = [button.label for button in buttons_of(ended.parts)]
    assert "Cancel" not in labels
    assert "Roll back…" in labels
    assert card(scene.world, "PNOTTHEREXX") is None


def test_home_shows_racks_live_and_the_last_ends_to_everybody(scene: Scene) -> None:
    live_web(scene)
    scene.say("switch", "production")
    for standing in Standing:
        reply = home(scene.world, ADA, standing)
        assert "production" in text_of(reply)
        assert "web" in text_of(reply)
        assert "succeeded" in text_of(reply) or "Done" in text_of(reply)
