"""A retraction and an edit before they are signed: what is shown is what is published, or nothing is."""

from pathlib import Path

import pytest

from tests.home.pen import make_pen, settled_log
from thimbl.core.canonical import unb64
from thimbl.core.plantext import read_data
from thimbl.home.authoring import Authoring
from thimbl.home.drafts import Drafts
from thimbl.home.errors import Refused


@pytest.fixture
def pen(tmp_path: Path) -> Authoring:
    return make_pen(tmp_path)


def test_an_edit_is_published_as_it_was_shown(pen: Authoring) -> None:
    """To the salt, which is drawn when it is shown; showing signs nothing."""
    post = pen.post("one").reference
    change = pen.rehearse_edit(post.id, "two")
    assert len(settled_log(pen.files)) == 1
    shown = read_data(change.record)
    assert (shown["kind"], shown["of"], shown["text"]) == ("edit", post.id, "two")
    assert len(unb64(str(shown["salt"]))) == 8
    made = pen.publish(change).records
    assert [dict(record.body) | {"kind": record.kind} for record in made] == [shown]


def test_a_retraction_shows_every_record_that_it_takes_back(pen: Authoring) -> None:
    """The post and its edits, of which no text is left then."""
    post = pen.post("one").reference
    edit = pen.edit(post.id, "two").reference
    change = pen.rehearse_retraction(post.id)
    assert change.record.count("kind: retract") == 2
    assert f"of: {post.id}" in change.record
    assert f"of: {edit.id}" in change.record
    pen.publish(change)
    assert [record.withheld for record in settled_log(pen.files)] == [True, True, False, False]


def test_what_has_changed_meanwhile_is_refused(pen: Authoring) -> None:
    """Another program edited or retracted it between the showing and the yes."""
    post = pen.post("one").reference
    retraction, edit = pen.rehearse_retraction(post.id), pen.rehearse_edit(post.id, "three")
    pen.edit(post.id, "two")
    with pytest.raises(Refused, match="changed meanwhile"):
        pen.publish(retraction)
    pen.retract(post.id)
    with pytest.raises(Refused, match="retracted"):
        pen.publish(edit)
    assert len(settled_log(pen.files)) == 4


def test_what_can_not_be_changed_is_refused_before_it_is_shown(pen: Authoring) -> None:
    """An announcement; a record that is not one's own; an empty text."""
    post = pen.post("one").reference
    said = pen.announce("commune-leave", {"commune": "commune@fields.example"}).reference
    for rehearse in (lambda: pen.rehearse_edit(said.id, "x"), lambda: pen.rehearse_retraction(said.id)):
        with pytest.raises(Refused, match="what was announced stays"):
            rehearse()
    with pytest.raises(Refused, match="no record"):
        pen.rehearse_retraction("a" * 52)
    with pytest.raises(Refused, match="empty"):
        pen.rehearse_edit(post.id, " ")


def test_an_editor_finds_the_draft_where_it_lies(tmp_path: Path) -> None:
    """The file of a draft is known before there is one, and its name can not lead elsewhere."""
    drafts = Drafts(tmp_path)
    path = drafts.path("reply-../../x")
    assert path.parent == tmp_path
    assert drafts.save("reply-../../x", "half") == path
    path.write_text("half a text\n", encoding="utf-8")
    assert drafts.load("reply-../../x") == "half a text\n"
