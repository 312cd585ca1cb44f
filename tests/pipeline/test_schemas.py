"""The committed schemas are those of the records, and events keep to theirs."""

import msgspec
import pytest

from pipeline.schemas import FOLDER, main, schemas
from tests.transforms.alerts.fakes import alert
from transforms.alerts.cloudevents import AlertEvent, encode_event


def test_the_committed_schemas_are_the_generated_ones():
    committed = {path.name: path.read_bytes() for path in FOLDER.glob("*.json")}
    stale = [name for name, content in schemas().items() if committed.get(name) != content]
    assert not stale, f"docs/schemas is stale: {stale}; say: make schemas"


def test_schemas_are_written_where_asked(tmp_path):
    main([str(tmp_path / "new")])
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == schemas()


@pytest.mark.parametrize("name", ["alert.json", "alert_event.json", "article.json", "story.json", "dead_letter.json"])
def test_each_public_record_has_its_schema(name):
    schema = msgspec.json.decode(schemas()[name])
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["$id"].startswith("urn:wirewatch:schema:")


def test_an_event_has_exactly_the_fields_of_its_schema():
    event = msgspec.json.decode(encode_event(alert()))
    definitions = msgspec.json.decode(schemas()["alert_event.json"])["$defs"]
    assert set(event) == set(definitions["AlertEvent"]["properties"])
    assert (
        set(event["data"]) == set(definitions["AlertData"]["properties"]) == set(definitions["AlertData"]["required"])
    )
    assert set(event["data"]["members"][0]) == set(definitions["MemberData"]["properties"])
    assert msgspec.json.decode(encode_event(alert()), type=AlertEvent).specversion == "1.0"
