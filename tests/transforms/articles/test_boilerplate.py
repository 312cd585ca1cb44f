"""What is cut from an article's end, and what never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.articles.boilerplate import MAX_TAIL_SHARE, split_tail

BODY = (
    "The port of Varna closed on Monday after a storm damaged two of its piers, the harbour master said.\n"
    "Grain ships wait in the roads; the repair is to take a week, and insurers have been told.\n"
    "“Nobody was hurt,” she added."
)

TAILS = {
    "headlines under a block's name": "Latest news:\nOil prices fall again\nWheat exports: what comes next",
    "an outlet's own reminders": (
        "Latest news:\nLet's remember Politeka wrote, Wheat Prices: Experts Reveal What to Expect.\n"
        "Politeka also informed, Gold Prices: What Moves the Market.\nIn addition, Politeka informed, Rain Is Coming."
    ),
    "read also": "Read also: Storm damages a second port",
    "read more, bare": "Read more\nStorm damages a second port\nInsurers count the cost",
    "related": "Related articles:\n- Storm damages a second port\n- Insurers count the cost",
    "newsletter": "Sign up for our morning newsletter",
    "follow": "Follow us on Telegram and Facebook",
    "follow the reporter": "Follow Ann Smith on Twitter @annsmith",
    "rights": "Copyright 2019 The Harbour Post. All rights reserved.",
    "sign of rights": "© 2020 Harbour Post",
    "several": "Share\nTweet\nRelated:\nStorm damages a second port\nSubscribe to our newsletter!\nCopyright © 2020 Post",
    "filler between": "Advertisement\nSubscribe now\n___\nCopyright © 2020 Post",
    "Russian": "Читайте также: Шторм повредил второй порт\nПодписывайтесь на наш Телеграм-канал",
    "Russian reminder": "Напомним, ранее мы писали, что шторм повредил второй порт.",
    "Ukrainian": "Читайте також:\nШторм пошкодив другий порт\nПідписуйтесь на наш Telegram",
    "Ukrainian reminder": "Нагадаємо, раніше ми писали, що шторм пошкодив другий порт.",
    "Ukrainian reminder of an outlet": "Раніше УНІАН писала, що шторм пошкодив другий порт.",
    "German": "Lesen Sie auch: Sturm beschädigt zweiten Hafen\nAlle Rechte vorbehalten",
    "French": "À lire aussi : La tempête endommage un second port\nAbonnez-vous à notre lettre",
    "Spanish": "Lea también: El temporal daña otro puerto\nSíguenos en Twitter",
    "Polish": "Czytaj także: Sztorm uszkodził drugi port\nZapisz się do newslettera",
    "appeared first": "The post Storm closes port appeared first on Harbour Post.",
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS.keys())
def test_a_promotional_tail_is_cut_off(tail: str) -> None:
    body, cut = split_tail(f"{BODY}\n\n{tail}")
    assert body == BODY
    assert cut == tail


KEPT = {
    "a plain end": "The mayor will speak on Tuesday.",
    "a background paragraph in Ukrainian": "Нагадаємо, у 2018 році шторм пошкодив другий порт, і ремонт тривав місяць.",
    "a statement recalled": "Нагадаємо, президент повідомляв, що порт не закриють.",
    "background in Russian": "Напомним, в 2018 году порт закрывался на месяц.",
    "an earlier report of another outlet": "Earlier, Reuters reported that the port would stay open.",
    "also reported": "The Times also reported, citing two officials, that the port would stay open.",
    "a sentence that begins like a block": "More news is expected on Tuesday, when the council meets in a closed session.",
    "related as an adjective": "Related claims against the port were rejected by a court in 2017.",
    "popular as an adjective": "Popular with tourists, the old pier had been renewed only last year.",
    "latest as an adjective": "Latest figures show that exports fell by a tenth.",
    "a follower": "Follow-up talks are to be held next week.",
    "a credit": "Source: Axios.",
    "a wire's credit": "(Reporting by Ann Smith; Editing by John Doe)",
    "contributors": "The Associated Press contributed to this report.",
}


@pytest.mark.parametrize("end", KEPT.values(), ids=KEPT.keys())
def test_a_report_keeps_its_last_paragraph(end: str) -> None:
    text = f"{BODY}\n{end}"
    assert split_tail(text) == (text, "")


def test_a_notice_of_rights_above_a_block_that_nobody_knows_is_no_report() -> None:
    notice = "Copyright 2019 The Harbour Post. All rights reserved. This material may not be published."
    block = "Harrow Lane runs eleven titles between the coast and the hills."
    assert split_tail(f"{BODY}\n{notice}\n{block}") == (f"{BODY}\n{block}", notice)
    both = f"{notice}\nRead also: Oil prices fall again"
    assert split_tail(f"{BODY}\n© Harbour Post\n{block}\n{both}") == (f"{BODY}\n{block}", f"© Harbour Post\n{both}")


@pytest.mark.parametrize("begins", ["Copyright law is to change on Monday.", "Copyright 2019 " + "so they said " * 30])
def test_a_report_about_rights_keeps_its_lines(begins: str) -> None:
    text = f"{begins.strip()}\n{BODY}"
    assert split_tail(text) == (text, "")


def test_a_credit_stays_with_the_report_and_headlines_behind_it_go() -> None:
    body, tail = split_tail(f"{BODY}\nSource: Axios.\nOil prices fall again\nWheat exports: what comes next")
    assert body == f"{BODY}\nSource: Axios."
    assert tail == "Oil prices fall again\nWheat exports: what comes next"


def test_a_list_in_the_middle_is_left_for_what_follows_is_the_report() -> None:
    text = f"Storm closes port.\nRead also: Oil prices fall again\n{BODY}"
    assert split_tail(text) == (text, "")
    text = f"Storm closes port.\nRead more:\nOil prices fall again\n{BODY}"
    assert split_tail(text) == (text, "")


def test_a_promo_above_a_list_that_it_does_not_open_stays() -> None:
    text = f"{BODY}\nRead also: Oil prices fall again\nA line without a period"
    assert split_tail(text)[0].endswith("A line without a period")


def test_a_list_longer_than_any_outlet_hangs_on_is_kept() -> None:
    text = f"{BODY}\nLatest news:\n" + "\n".join(f"Headline number {n}" for n in range(16))
    assert split_tail(text) == (text, "")


def test_a_tail_that_outweighs_the_body_is_cut_only_in_part() -> None:
    tail = "Sign up for our newsletter\nCopyright 2020 The Harbour Post. All rights reserved."
    body, cut = split_tail(f"The port closed on Monday, its master says.\n{tail}")
    assert cut == "Copyright 2020 The Harbour Post. All rights reserved."
    assert body.endswith("newsletter")


def test_a_tail_joined_to_the_last_line_is_found() -> None:
    one_line = BODY.replace("\n", " ")
    tail = "Latest news: Let's remember Politeka wrote, Wheat Prices Fall."
    assert split_tail(f"{one_line} Source: Axios. {tail}") == (f"{one_line} Source: Axios.", tail)


def test_a_joined_tail_that_outweighs_the_body_stays() -> None:
    text = "It closed. Latest news: a very long list of headlines follows here and it goes on"
    assert split_tail(text) == (text, "")


@pytest.mark.parametrize("text", ["", " \n \n", "\t"])
def test_a_blank_text_has_neither(text: str) -> None:
    assert split_tail(text) == ("", "")


_LINES = st.sampled_from(
    [*BODY.split("\n"), *(line for tail in TAILS.values() for line in tail.split("\n")), *KEPT.values(), "", "___"]
)


@given(st.lists(st.one_of(_LINES, st.text(max_size=40)), max_size=12))
def test_nothing_is_lost_and_a_body_always_remains(lines: list[str]) -> None:
    text = "\n".join(lines)
    body, tail = split_tail(text)
    assert sorted(f"{body} {tail}".split()) == sorted(text.split())
    assert bool(body) == bool(text.strip())
    assert len(tail.split()) <= MAX_TAIL_SHARE * len(text.split())


@given(st.lists(_LINES, max_size=10))
def test_cutting_again_cuts_no_more_than_the_same_kind_of_lines(lines: list[str]) -> None:
    body, _ = split_tail("\n".join(lines))
    again, _ = split_tail(body)
    assert set(again.split("\n")) <= set(body.split("\n"))
