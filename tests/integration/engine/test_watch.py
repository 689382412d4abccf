"""Stories of what happens to live releases: illness, wellness, leftovers, images."""

from dataclasses import replace

from engine import images, lookup, watch
from engine.adapters.memory import Behaviour
from engine.ports.rack import Process
from engine.target import target_of
from storage import builds
from tests.worlds import Scene

SICK = Behaviour(never_healthy="GET / answered 500")


def told_of_health(scene: Scene, promotion_id: str) -> list[str]:
    return [text for text in scene.told(promotion_id) if text.startswith(("Unhealthy", "Well"))]


def test_illness_is_told_once_and_wellness_once(scene: Scene) -> None:
    release = scene.built()
    promotion_id = scene.went_live(release)
    scene.behave(release, SICK)
    scene.pass_time(120)
    assert told_of_health(scene, promotion_id) == [
        f"Unhealthy: {release} of web on staging. web has 0 of 1 healthy processes (1 unhealthy)."
    ]
    live = scene.live()
    assert live
    assert not live.healthy

    scene.behave(release, Behaviour())
    scene.pass_time(120)
    assert told_of_health(scene, promotion_id)[1:] == [f"Well again: {release} of web on staging."]
    live = scene.live()
    assert live
    assert live.healthy


def test_illness_goes_to_the_channel_with_buttons_that_help(scene: Scene) -> None:
    release = scene.built()
    promotion_id = scene.went_live(release)
    scene.behave(release, SICK)
    scene.pass_time(60)

    (told,) = [one for one in scene.outgoing(promotion_id) if ":health:" in one.key]
    assert told.body["broadcast"]
    assert [label for label, _ in told.body["actions"]] == ["Processes", "Log"]


def test_a_second_illness_is_told_again(scene: Scene) -> None:
    release = scene.built()
    promotion_id = scene.went_live(release)
    for behaviour in (SICK, Behaviour(), SICK):
        scene.behave(release, behaviour)
        scene.pass_time(60)

    assert len(told_of_health(scene, promotion_id)) == 3


def test_a_blip_wakes_nobody(scene: Scene) -> None:
    release = scene.built()
    promotion_id = scene.went_live(release)
    for _ in range(5):
        scene.behave(release, SICK)
        scene.pass_time(9, step=3)
        scene.behave(release, Behaviour())
        scene.pass_time(30)

    assert told_of_health(scene, promotion_id) == []


def test_a_rack_that_does_not_answer_is_told_once(scene: Scene) -> None:
    promotion_id = scene.went_live(scene.built())
    scene.memory.make_unreachable("staging")
    scene.pass_time(300)
    (told,) = told_of_health(scene, promotion_id)
    assert "staging does not answer." in told

    scene.memory.make_reachable("staging")
    scene.pass_time(60)
    assert len(told_of_health(scene, promotion_id)) == 2


def test_nothing_is_told_of_health_while_a_promotion_is_under_way(scene: Scene) -> None:
    old = scene.built("Old")
    promotion_id = scene.went_live(old)
    new = scene.built("New")
    scene.behave(new, Behaviour(seconds_to_healthy=60))
    scene.did("promote", new)
    scene.behave(old, SICK)
    scene.settle()

    assert told_of_health(scene, promotion_id) == []


def test_a_router_that_was_lost_is_mended(scene: Scene) -> None:
    release = scene.built()
    scene.went_live(release)
    scene.on_tick.clear()
    scene.memory.lose_router("staging")
    assert scene.serving_releases() == set()
    scene.tick()

    assert scene.serving_releases() == {release}


def test_a_live_release_that_lacks_a_process_is_described_in_numbers(scene: Scene) -> None:
    scene.went_live(scene.built())
    live = scene.live()
    assert live
    with scene.store.read() as transaction:
        target = target_of(
            scene.world, transaction, lookup.promotion(transaction, live.promotion_id)
        )
    target = replace(target, services=(replace(target.services[0], replicas=3),))
    (process,) = scene.world.rack("staging").processes("web")
    exited: Process = replace(process, status="exited")

    assert watch.whats_wrong(target, [process, process, process]) is None
    assert watch.whats_wrong(target, [process, exited]) == (
        "`web` has 1 of 3 healthy processes (1 exited, 1 healthy)."
    )
    assert watch.whats_wrong(target, []) == ("`web` has 0 of 3 healthy processes (none is there).")


# Images.


def images_on(scene: Scene, rack: str = "staging") -> set[str]:
    return set(scene.memory.rack(rack).images)


def image_of(scene: Scene, release: str) -> str:
    (image,) = scene.release(release).images
    return image.image_id


def built_and_held(scene: Scene, subject: str) -> str:
    release = scene.built(subject)
    scene.memory.add_image("staging", image_of(scene, release), app="web")
    return release


def test_images_that_nobody_needs_are_removed_and_all_others_stay(scene: Scene) -> None:
    scene.memory.any_image = False
    scene.world = replace(scene.world, images_kept=2)
    live_first = built_and_held(scene, "0")
    scene.went_live(live_first)
    gone = [built_and_held(scene, str(number)) for number in range(1, 4)]
    healthy = [built_and_held(scene, str(number)) for number in range(4, 6)]
    for release in healthy:
        scene.went_live(release)
    newest = [built_and_held(scene, str(number)) for number in range(6, 8)]

    removed = images.prune(scene.world, app="web", rack="staging")

    assert removed == len(gone) + 1
    assert images_on(scene) == {image_of(scene, release) for release in (*healthy, *newest)}


def test_the_image_of_what_is_live_stays_however_old_it_is(scene: Scene) -> None:
    scene.memory.any_image = False
    scene.world = replace(scene.world, images_kept=1)
    old, new = built_and_held(scene, "Old"), built_and_held(scene, "New")
    scene.went_live(old)
    scene.went_live(new)
    scene.did("rollback")
    scene.settle()
    for number in range(3):
        built_and_held(scene, str(number))
    images.prune(scene.world, app="web", rack="staging")

    assert image_of(scene, old) in images_on(scene)


def test_nothing_is_removed_while_the_app_is_being_built(scene: Scene) -> None:
    scene.memory.any_image = False
    scene.memory.add_image("staging", "sha256:of-no-release-yet", app="web")
    scene.source.commit("Fix")
    scene.did("build")

    assert images.prune(scene.world, app="web", rack="staging") == 0
    with scene.store.read() as transaction:
        assert builds.unfinished(transaction)


def test_an_image_that_another_rack_still_needs_stays(scene: Scene) -> None:
    scene.memory.any_image = False
    scene.world = replace(scene.world, images_kept=1)
    release = built_and_held(scene, "One")
    scene.went_live(release, "--rack", "production")
    for number in range(3):
        built_and_held(scene, str(number))
    images.prune(scene.world, app="web", rack="staging")

    assert image_of(scene, release) in images_on(scene)
