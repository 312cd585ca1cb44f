"""Pages that hold no article say why."""

import pytest

from transforms.articles.pages import UnreadablePage
from transforms.articles.walls import STUB, TEASER, judge_redirect, judge_wall

LONG = "The council voted to rebuild the harbour. " * 60
TEASING = "The council voted to rebuild the harbour after eleven years. " * 6


@pytest.mark.parametrize(
    ("title", "text", "visible", "free", "reason"),
    [
        ("404 - Page not found", "The page was moved.", "", True, "soft-404"),
        ("Сторінку не знайдено", "На жаль, такої сторінки немає.", "", True, "soft-404"),
        ("The Herald", "Sorry, this article is no longer available.", "", True, "soft-404"),
        ("Just a moment...", "", "Checking your browser", True, "bot-wall"),
        ("Herald", "", "Please verify you are human. Enable JavaScript and cookies to continue", True, "bot-wall"),
        ("Vote", "The council voted.", "Subscribe to continue reading", True, "paywall"),
        ("Vote", "The council voted. Already a subscriber?", "", True, "paywall"),
        ("Vote", "The council voted.", "", False, "paywall"),
        ("Голосування", "Рада проголосувала.", "Матеріал доступний лише передплатникам", True, "paywall"),
        ("Herald", "We and our partners use cookies to store information.", "", True, "cookie-wall"),
        ("Herald", "", "We value your privacy. Accept all", True, "cookie-wall"),
        ("Log in | The Herald", "Your name and your password, please.", "", True, "login-wall"),
        ("Sign in to your account", "", "E-mail Password", True, "login-wall"),
        ("Вхід - Вісник", "", "Пароль", True, "login-wall"),
        ("Vote", "", "Menu Home News", True, "unreadable"),
    ],
)
def test_a_wall_is_known(title: str, text: str, visible: str, free: bool, reason: str) -> None:
    with pytest.raises(UnreadablePage) as error:
        judge_wall(title, text, visible, free=free)
    assert error.value.reason == reason
    assert error.value.message


@pytest.mark.parametrize(
    ("title", "text", "free", "mark"),
    [
        ("Vote", LONG, False, ""),
        ("How 404 pages came to be", LONG, True, ""),
        ("Vote", TEASING, False, "paywall"),
        ("Vote", TEASING + "Subscribe to continue reading.", True, "paywall"),
        ("Vote", TEASING, True, ""),
        ("Vote", "The council voted.", True, ""),
        ("Login chaos at the port", TEASING, True, ""),
        ("Sign in the sky: a comet passes", TEASING, True, ""),
        ("Log in, drop out: a history of forums", LONG, True, ""),
        ("Regulators want fewer cookie banners", TEASING + "Sites use fewer cookies.", True, ""),
    ],
)
def test_what_can_be_read_is_read(title: str, text: str, free: bool, mark: str) -> None:
    assert judge_wall(title, text, "", free=free) == mark


def test_the_examples_have_the_lengths_they_stand_for() -> None:
    assert TEASER < len(TEASING) < STUB < len(LONG)


LINK = "https://www.herald.test/politics/harbour-vote"


@pytest.mark.parametrize(
    ("link", "url", "reason"),
    [
        (LINK, "https://www.herald.test/", "soft-404"),
        (LINK, "https://herald.test/?utm_source=rss", "soft-404"),
        (LINK, "https://www.herald.test/404", "soft-404"),
        (LINK, "https://www.herald.test/errors/not-found.html", "soft-404"),
        (LINK, "https://www.herald.test/login?next=/politics/harbour-vote", "login-wall"),
        (LINK, "https://accounts.herald.test/?service=news", "login-wall"),
        (LINK, "https://accounts.herald.test/v2/start", "login-wall"),
        (LINK, "https://www.herald.test/subscribe/?from=harbour-vote", "paywall"),
        (LINK, "https://consent.herald.test/v2/collect?to=x", "cookie-wall"),
        (LINK, "https://www.herald.test/cookie-consent", "cookie-wall"),
    ],
)
def test_a_redirect_away_from_the_article_is_known(link: str, url: str, reason: str) -> None:
    with pytest.raises(UnreadablePage) as error:
        judge_redirect(link, url)
    assert (error.value.reason, link in error.value.message) == (reason, True)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (LINK, LINK),
        (LINK, "https://www.herald.test/2024/05/harbour-vote"),
        ("https://feeds.test/~r/herald/1", LINK),
        ("https://www.herald.test/", "https://herald.test/"),
        ("https://www.herald.test/login/why-passwords-fail", "https://herald.test/login/why-passwords-fail"),
        (LINK, "https://www.herald.test/politics/harbour-vote-error-found"),
        (LINK, "https://www.herald.test/politics/subscribe-to-the-harbour"),
    ],
)
def test_a_redirect_to_an_article_is_none_of_these(link: str, url: str) -> None:
    judge_redirect(link, url)
