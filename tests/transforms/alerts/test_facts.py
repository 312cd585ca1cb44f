"""Material facts: what is read from titles and leads, and when they have changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.alerts.facts import changed_facts, facts_of, lead, story_facts


@pytest.mark.parametrize(
    ("title", "facts"),
    [
        ("Blast kills 12 in Odesa", ("12 killed",)),
        ("At least 12 people were killed and 30 injured on 4 May", ("12 killed", "30 injured")),
        ("Death toll rises to 20", ("20 killed",)),
        ("12 shells killed 3 people and injured 14 in Kharkiv", ("12 shells", "3 killed", "14 injured")),
        ("Three killed, two missing after storm at 10:05", ("3 killed", "2 missing")),
        ("Police detain 15 protesters", ("15 arrested",)),
        ("Унаслідок удару загинули 12 людей, ще 30 поранені", ("12 killed", "30 injured")),
        ("Через повінь евакуювали 5 тис. осіб", ("5000 evacuated",)),
        ("Число погибших выросло до 20", ("20 killed",)),
        ("Mindestens zwölf Menschen getötet", ("12 killed",)),
        ("Il y a 3 morts et 12 blessés", ("3 killed", "12 injured")),
        ("Al menos 40 heridos tras el choque", ("40 injured",)),
        ("Fed lends $5 million to banks", ("5000000 dollars",)),
        ("Fund of €1.5bn for ports", ("1500000000 euros",)),
        ("Turnout at 4,5 % of voters", ("4.5 % voters",)),
        ("G7 in 2026 sends 1,200 troops and 12 345 shells", ("1200 troops", "12345 shells")),
        ("1.200 Soldaten verlegt", ("1200 soldaten",)),
        ("12-year-old wins 3-1 in F-16 on 7/8 with COVID-19", ()),
        ("Talks on March 12 and 13 April last 3 hours, the 2nd in 5 days", ()),
        ("50 people attended", ()),
        ("20", ()),
        ("", ()),
        ("9" * 400 + " killed", ()),
    ],
)
def test_a_title_states_numbers_with_what_they_count(title, facts):
    assert facts_of(title, "") == facts


def test_a_title_counts_before_its_lead_and_words_behind_the_lead_do_not_count():
    assert facts_of("20 killed", "Earlier, 12 killed were known. " + "word " * 60 + "40 injured") == ("20 killed",)
    assert lead("a b  c", 2) == "a b"


def test_a_late_retelling_does_not_bring_an_old_number_back():
    assert story_facts([("12 killed",), ("20 killed",), ("12 killed",), ("3 ships",)]) == ("20 killed", "3 ships")


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (("12 killed",), ("20 killed",), ("12 killed, now 20",)),
        (("12 killed",), ("13 killed",), ("12 killed, now 13",)),
        (("1200 killed",), ("1203 killed",), ()),
        ((), ("3 injured",), ("new: 3 injured",)),
        ((), ("3 ships",), ()),
        (("3 ships",), (), ()),
        (("40 ракет",), ("60 ракети",), ("40 ракети, now 60",)),
        (("5000000 dollars",), ("7500000 dollars",), ("5,000,000 dollars, now 7,500,000",)),
        (("0 killed",), ("1 killed",), ("0 killed, now 1",)),
    ],
)
def test_facts_change_when_a_number_moves_or_people_come_to_harm(before, after, changes):
    assert changed_facts(before, after) == changes


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_read_and_what_it_states_does_not_differ_from_itself(title, text):
    facts = facts_of(title, text)
    assert story_facts([facts]) == story_facts([facts, facts])
    assert changed_facts(facts, facts) == ()


@given(st.integers(0, 10**12), st.sampled_from(["killed", "ships", "осіб поранено"]))
def test_a_number_survives_its_way_through_a_fact(number, what):
    for fact in facts_of(f"{number} {what}", ""):
        assert fact.startswith(f"{number} ")
