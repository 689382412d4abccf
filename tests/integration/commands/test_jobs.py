"""Jobs as people see and touch them: listed, shown as a card, canceled and tried again."""

from commands.cards import card
from commands.home import home
from commands.reply import CardView, Reply, Tone
from commands.request import Standing
from engine.ports.forge import CheckState
from storage.workflow_records import JobStatus
from tests.reading import buttons_of, text_of
from tests.worlds import ADA, BROKEN_DOCKERFILE, Scene

QA = (
    "wait_for_checks",
    "build",
    {"promote": "staging"},
    {"promote": {"rack": "production", "on_click": True}},
)


def card_of(scene: Scene, job: str) -> tuple[CardView, str]:
    """The job's card, and all that it says."""
    view = card(scene.world, job)
    assert view
    return view, text_of(Reply(title=view.title, parts=view.parts))


def begun(scene: Scene, subject: str = "Fix cart", *, check: CheckState | None = None) -> str:
    sha = scene.push(subject)
    if check:
        scene.forge.check("web", sha, "ci/test", check)
    return scene.job_for("qa", sha)


def test_the_card_names_the_checks_that_are_not_finished(scene: Scene) -> None:
    scene.workflow("qa", *QA)
    job = begun(scene, check=CheckState.PENDING)
    scene.tick()

    view, text = card_of(scene, job)

    assert view.rack is None
    assert view.tone is Tone.BUSY
    assert "web · qa" in text
    assert "Fix cart" in text
    assert "ci/test" in text
    assert "push to main" in text


def test_a_candidate_that_waits_says_what_it_carries_and_who_may_click(scene: Scene) -> None:
    scene.workflow("qa", *QA[1:])
    first = begun(scene, "First")
    scene.settle()
    offer = buttons_of(card_of(scene, first)[0].parts)[0]
    scene.press(offer)
    scene.settle()
    second = begun(scene, "Second")
    scene.settle()

    view, text = card_of(scene, second)

    assert view.tone is Tone.WAITING
    assert "waiting for a person since" in text
    assert "Any member of this workspace may click" in text
    assert "Carries 1 commit since R" in text
    assert "Second" in text
    assert f"/compare/{scene.job(first).sha}...{scene.job(second).sha}" in str(view.parts[0])
    labels = [button.label for button in buttons_of(view.parts)]
    assert labels == ["Promote to production…", "Cancel"]


def test_a_job_that_failed_offers_another_try_and_the_log(scene: Scene) -> None:
    scene.workflow("qa", *QA[1:])
    sha = scene.push("Break it", BROKEN_DOCKERFILE)
    job = scene.job_for("qa", sha)
    scene.settle()

    view, text = card_of(scene, job)
    labels = [button.label for button in buttons_of(view.parts)]

    assert view.tone is Tone.BAD
    assert "Failed." in text
    assert labels == ["Retry from here", "Log"]
    again = scene.press(buttons_of(view.parts)[0])
    assert again.follow
    assert scene.job(again.follow).retry_of == job


def test_jobs_are_listed_and_shown(scene: Scene) -> None:
    scene.workflow("qa", *QA[1:])
    job = begun(scene)
    scene.settle()

    assert job in text_of(scene.say("jobs"))
    assert job in text_of(scene.say("jobs", "--workflow", "qa"))
    assert "There is no workflow" in text_of(scene.say("jobs", "--workflow", "qq"))
    assert "Fix cart" in text_of(scene.say("jobs", "info", job))
    assert "Fix cart" in text_of(scene.say("jobs", "info", subject=job))
    assert "There is no job" in text_of(scene.say("jobs", "info", "JXXXXXXXXXX"))


def test_a_job_is_canceled_by_its_id_in_its_thread_or_by_its_button(scene: Scene) -> None:
    scene.workflow("qa", *QA[1:])
    for how in (("cancel", "{}"), ("jobs", "cancel", "{}"), ("cancel",)):
        job = begun(scene)
        words = [word.format(job) for word in how]
        assert not scene.say(*words, subject=job).failed
        scene.settle()
        assert scene.job(job).status is JobStatus.CANCELED


def test_a_mention_in_a_jobs_thread_means_its_release(scene: Scene) -> None:
    scene.workflow("qa", *QA[1:3])
    job = begun(scene)
    scene.settle()

    promotion = scene.did("promote", "--rack", "production", subject=job)

    made = scene.release(scene.promotion(promotion).release_id)
    assert made.copied_from == scene.tasks(job)[0].release_id


def test_home_and_status_show_workflows_and_what_waits_for_a_click(scene: Scene) -> None:
    scene.workflow("qa", *QA[1:])
    job = begun(scene)
    scene.settle()

    home_text = text_of(home(scene.world, ADA, Standing.MEMBER))
    status = scene.say("status")

    assert "qa" in home_text
    assert "on push to main" in home_text
    assert "[New workflow…] [qa]" in home_text
    for text in (home_text, text_of(status)):
        assert f"{scene.job(job).sha[:7]} Fix cart waits for a click since" in text
    assert "Promote to production…" in [button.label for button in buttons_of(status.parts)]


def test_home_says_how_to_begin_without_a_workflow(scene: Scene) -> None:
    assert "None yet." in text_of(home(scene.world, ADA, Standing.MEMBER))
