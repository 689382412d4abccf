"""Images on any rack."""

from collections.abc import Iterator

import pytest

from engine.errors import NotFound, PortError
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, make_live


def test_a_missing_image_is_named_before_anything_starts(stage: Stage) -> None:
    first = target(1, service(image=stage.absent_image))

    with pytest.raises(NotFound, match="web"):
        stage.rack.prepare(first)
    assert not stage.rack.has_image(stage.absent_image)


def test_pruning_keeps_what_is_named_or_runs(stage: Stage) -> None:
    kept, used, old = (stage.add_image_of("shop") for _ in range(3))
    other = stage.add_image_of("blog")
    make_live(stage, target(1, service(image=used)))

    assert stage.rack.prune([kept], app="shop") == 1
    assert [stage.rack.has_image(image) for image in (kept, used, other, old)] == [
        True,
        True,
        True,
        False,
    ]
    assert stage.rack.prune([kept], app="shop") == 0


def test_a_saved_image_can_be_loaded_again(stage: Stage) -> None:
    image = stage.add_image_of("shop")
    archive = b"".join(stage.rack.save_image(image))
    stage.rack.prune([], app="shop")
    assert not stage.rack.has_image(image)

    stage.rack.load_image(image, iter([archive[:10], archive[10:]]))

    assert stage.rack.has_image(image)


def test_an_archive_that_breaks_off_leaves_no_image(stage: Stage) -> None:
    image = stage.add_image_of("shop")
    archive = b"".join(stage.rack.save_image(image))
    stage.rack.prune([], app="shop")

    with pytest.raises(PortError):
        stage.rack.load_image(image, iter([archive[: len(archive) // 2]]))
    assert not stage.rack.has_image(image)


def test_an_archive_of_another_image_is_refused(stage: Stage) -> None:
    image, other = stage.add_image_of("shop"), stage.add_image_of("shop")
    archive = b"".join(stage.rack.save_image(other))
    stage.rack.prune([other], app="shop")

    with pytest.raises(PortError, match=image):
        stage.rack.load_image(image, iter([archive]))


def test_an_absent_image_cannot_be_saved(stage: Stage) -> None:
    chunks: Iterator[bytes] = stage.rack.save_image(stage.absent_image)

    with pytest.raises(NotFound):
        next(chunks)
