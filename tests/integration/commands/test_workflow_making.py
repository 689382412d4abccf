"""Making and changing workflows in words: from templates and from YAML, and what is refused."""

from pathlib import Path

import pytest

from commands.request import Origin
from engine.workflows import definition as d
from engine.workflows.reading import definition_of
from storage import workflows
from storage.workflow_records import TriggerKind, Workflow
from tests.worlds import BOB, Scene, buttons_of, text_of

YAML = "app: web\non: {push: main}\ntasks: [build, promote: staging]\n"


def on_record(scene: Scene, name: str) -> Workflow:
    with scene.store.read() as transaction:
        found = workflows.get(transaction, name)
    assert found
    return found


def new(scene: Scene, *words: str) -> str:
    return text_of(scene.say("workflows", "new", *words))


def test_without_words_the_templates_are_offered_each_by_a_click(scene: Scene) -> None:
    reply = scene.say("workflows", "new")
    labels = [one.label for one in buttons_of(reply.parts)]
    assert labels == ["Continuous Delivery…", "QA app…", "Empty…"]
    assert {one.opens for one in buttons_of(reply.parts)} == {"workflow"}
    assert buttons_of(reply.parts)[0].words[2:] == (
        *("--template", "continuous-delivery"),
        *("--app", "web"),
    )


def test_where_no_app_is_meant_the_templates_are_offered_without_one(two_apps: Scene) -> None:
    reply = two_apps.say("workflows", "new")
    assert buttons_of(reply.parts)[1].words[2:] == ("--template", "qa-app")
    assert "There is no app shpo." in text_of(two_apps.say("workflows", "new", "--app", "shpo"))


def test_the_qa_template_waits_for_a_click_before_production(scene: Scene) -> None:
    new(scene, "--template", "qa-app", "--app", "web", "--branch", "trunk")
    definition = definition_of(on_record(scene, "qa-app"))
    assert definition.triggers == (d.Trigger(kind=TriggerKind.PUSH, pattern="trunk"),)
    assert [task.settings for task in definition.tasks] == [
        d.WaitForChecks(),
        d.BuildImages(),
        d.Promote(rack="staging"),
        d.Promote(rack="production", on_click=True),
    ]


def test_continuous_delivery_goes_to_the_one_rack_that_was_chosen(scene: Scene) -> None:
    new(scene, "--template", "continuous-delivery", "--racks", "production", "--name", "fast")
    definition = definition_of(on_record(scene, "fast"))
    assert [task.settings for task in definition.tasks] == [
        d.WaitForChecks(),
        d.BuildImages(),
        d.Promote(rack="production"),
    ]


def test_a_template_that_was_used_gets_a_name_of_its_own_the_second_time(scene: Scene) -> None:
    for name in ("qa-app", "web-qa-app", "web-qa-app-2"):
        new(scene, "--template", "qa-app")
        assert on_record(scene, name).app == "web"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--template", "qa-ap"), "Did you mean qa-app?"),
        (("--template", "qa-app", "--racks", "staging"), "needs 2 racks, not 1"),
        (("--template", "qa-app", "--racks", "staging,prod"), "there is no rack prod."),
        (("--template", "qa-app", "--name", "Q A"), "cannot be the name of a workflow"),
        (("--template", "qa-app", "--app", "wbe"), "There is no app wbe. Did you mean web?"),
        (("--yaml", YAML), "That workflow has no name."),
        (("--yaml", "a: b: c", "--name", "x"), "line 1: this is not valid YAML"),
        (("--yaml", "", "--name", "x"), "this is no workflow"),
        (("--yaml", "a: 1\na: 2\n", "--name", "x"), "a is written twice"),
        (("--yaml", "workflows: {a: {}, b: {}}"), "That is not one workflow."),
        (("--file", "/etc/passwd", "--name", "x"), "Files can be named at a terminal only."),
    ],
)
def test_what_cannot_be_made_is_answered_with_what_is_wrong(
    scene: Scene, words: tuple[str, ...], said: str
) -> None:
    assert said in new(scene, *words)
    with scene.store.read() as transaction:
        assert workflows.all_of_them(transaction) == []


def test_all_that_is_not_there_is_named_at_once_with_the_nearest(scene: Scene) -> None:
    text = (
        "app: wbe\ntasks:\n  - build\n  - promote: stagin\n  - together:\n"
        "    - promote: prodution\n    - run: {rack: qa, service: web, command: ls}\n"
    )
    said = new(scene, "--name", "x", "--yaml", text)
    assert "app: there is no app wbe. Did you mean web?" in said
    assert "tasks[1].promote: there is no rack stagin. Did you mean staging?" in said
    assert "tasks[2].together[0].promote: there is no rack prodution" in said
    assert "tasks[2].together[1].run: there is no rack qa. /rack racks lists them." in said


def test_yaml_in_a_code_block_is_read_without_its_marks(scene: Scene) -> None:
    assert "Made x" in new(scene, "--name", "x", "--yaml", f"```{YAML}```")


def test_a_file_is_read_at_a_terminal(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text(YAML, encoding="utf-8")
    words = ("workflows", "new", "--name", "x", "--file", str(path))
    assert not scene.say(*words, origin=Origin.TERMINAL).failed
    missing = scene.say(*words[:-1], str(tmp_path / "y.yml"), origin=Origin.TERMINAL)
    assert "cannot be read. No such file or directory." in text_of(missing)


def test_the_second_of_two_who_edit_at_once_is_told_and_undoes_nothing(scene: Scene) -> None:
    new(scene, "--name", "x", "--yaml", YAML)
    shown = text_of(scene.say("workflows", "edit", "x"))
    assert "revision 1" in shown
    edit = ("workflows", "edit", "x", "--revision", "1", "--yaml")
    first = scene.say(*edit, YAML.replace("main", "trunk"))
    second = scene.say(*edit, YAML.replace("main", "dev"), who=BOB)

    assert not first.failed
    assert "Somebody changed the workflow x meanwhile, so nothing was saved." in text_of(second)
    assert on_record(scene, "x").definition["on"] == {"push": "trunk"}


def test_a_workflow_that_can_never_begin_by_itself_says_so_when_it_is_made(scene: Scene) -> None:
    scene.say("apps", "create", "elsewhere", "--repo", "/srv/elsewhere.git")
    said = new(scene, "--name", "x", "--yaml", YAML.replace("web", "elsewhere"))
    assert "The repository of elsewhere is not on git.example" in said
    assert "so it can only be begun by hand" in said


def test_a_command_in_a_service_that_the_newest_release_lacks_is_warned_of(scene: Scene) -> None:
    scene.built()
    text = YAML.replace(
        "promote: staging]", "run: {rack: staging, service: wbe, command: bin/smoke}]"
    )
    said = new(scene, "--name", "x", "--yaml", text)
    assert "Made x" in said
    assert "wbe is no service of" in said
    assert "Did you mean web?" in said
