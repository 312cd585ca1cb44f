"""A few reports, retold in different words, for the tests of the story decision."""

import hashlib

from transforms.config import StoriesConfig
from transforms.model import Article, Judged, Link, Membership, Story
from transforms.stories.decide import Decision, decide
from transforms.stories.fingerprint import fingerprint
from transforms.stories.memory import StoriesMemory
from transforms.stories.outlets import Outlet, OutletTable
from transforms.stories.ports import KnownArticle

OUTLETS = OutletTable([Outlet(name="Meridian Agency", domains=("meridian.example",), aliases=("Meridian",))])
START = 1_600_000_000.0

PORT = """KARLSHAVN. The northern basin of Karlshavn port was closed on Tuesday after a crane collapsed in the storm Ylva.
Harbour master Signe Aaby said that two dock workers were slightly hurt when the crane fell onto an empty grain barge.
"We will not let a single ship in before the divers have looked at every metre of the quay," Aaby told reporters.
Some 40,000 tonnes of wheat bound for Alexandria are waiting in the silos, the exporters' union said.
The storm brought gusts of 148 kilometres an hour and tore roofs off warehouses along the Lindt canal.
The port authority expects the basin to stay shut for at least nine days and has sent grain ships to Osterby.
Insurers put the damage at 12.5 million crowns, not counting the delays to the wheat contracts."""

PORT_RETOLD = """Ships are being turned away from Karlshavn since a storm brought down one of the port's cranes.
Nobody may enter the northern basin "before the divers have looked at every metre of the quay", harbour master Signe Aaby said.
Two workers suffered minor injuries as the crane struck a grain barge that carried no cargo.
According to the exporters, wheat for Alexandria, about 40,000 tonnes of it, cannot be loaded now.
Ylva's gusts reached 148 kilometres an hour. Grain ships go to Osterby instead, for nine days or more."""

BANK = """The supervisory board of Brenner Bank dismissed chief executive Tomas Hlavka on Wednesday evening.
Auditors had found 310 million crowns of loans to companies that belong to Hlavka's brother, two people close to the board said.
Hlavka, who has led the lender since 2014, denies that he knew of the loans and wants to go to court.
"I have never signed a credit line for my family," he wrote in a letter to the staff.
Finance minister Ida Moreau said that deposits at Brenner are safe and that the regulator had been told in May.
Shares of the bank lost 17 percent before trading was halted in Vellen.
Deputy chief Renata Solc takes over until a successor is found."""

BANK_RETOLD = """Brenner Bank has parted with its head Tomas Hlavka over loans of 310 million crowns to firms of his brother.
The audit that found them was given to the supervisory board this week, people who know the matter said.
Hlavka calls himself innocent: "I have never signed a credit line for my family."
Trading in the shares was halted in Vellen after they had fallen by 17 percent. Renata Solc leads the bank for now.
Ida Moreau, the finance minister, told savers that their deposits are safe."""

STRIKE = """Train drivers in the Ordovan region walk out for 24 hours on Friday, the union Railhand announced.
Talks with the operator Nordbahn over rest periods broke down at midnight after eleven hours.
Commuters between Ordo and Kell should expect only every fourth train, a spokeswoman for Nordbahn said.
Railhand's leader Piet Osterman wants eleven hours of rest between two shifts; the operator offers nine and a half.
It would be the third walk-out this year. Schools in Kell have moved their examinations to Monday."""

FIRE = """A fire destroyed the film archive of the Institut Lumen in Marisk in the night to Sunday.
Some 9,000 reels of nitrate film, among them the only copies of early works by Ana Petrovic, burnt, director Jules Ferrand said.
Firefighters needed seven hours because the sprinklers had been switched off for repairs in April.
Police look for a man who was seen on the roof at about two o'clock. Nobody was hurt."""

TAIL = """
Latest news:
Let's remember Courier wrote, Brenner Bank Shares Fall After Head Tomas Hlavka Is Dismissed Over Loans.
Courier also informed, Gold Prices: What Experts Expect of the Autumn."""


def judged(
    name: str, title: str, text: str, *, minutes: float = 0.0, lang: str = "en", links: tuple[str, ...] = ()
) -> Judged:
    """An article of the outlet NAME.example, published some minutes after START."""
    article = Article(
        id=hashlib.sha256(name.encode()).hexdigest()[:16],
        url=f"https://{name}.example/news/{name}",
        title=title,
        text=text,
        published=START + 60 * minutes,
        outlet=name.title(),
        domain=f"{name}.example",
        lang=lang,
        links=tuple(Link(url=url, anchor="here") for url in links),
    )
    return Judged(article=article, fingerprint=fingerprint(article, OUTLETS))


def known_of(one: Judged, number: int) -> KnownArticle:
    return KnownArticle(article=one.article, fingerprint=one.fingerprint, relevance=(), decided=number, seq=number)


def membership_of(one: Judged, decision: Decision, number: int) -> Membership:
    return Membership(
        article_id=one.article.id,
        story_id=decision.story_id,
        placed=decision.story_id,
        relation=decision.relation,
        likeness=decision.likeness,
        seq=number,
    )


def take(memory: StoriesMemory, one: Judged, number: int) -> Decision:
    """Decide an article and remember it, without repairs."""
    decision = decide(one, memory)
    if decision.starts:
        memory.put_story(
            Story(
                id=decision.story_id,
                ledger="en",
                title=one.article.title,
                started=one.article.published,
                latest=one.article.published,
                first_article=one.article.id,
            )
        )
    memory.remember(known_of(one, number), membership_of(one, decision, number))
    return decision


def filled(*articles: Judged) -> StoriesMemory:
    """A memory that has decided these articles in order."""
    memory = StoriesMemory(StoriesConfig())
    for number, one in enumerate(articles, start=1):
        take(memory, one, number)
    return memory


def reports() -> list[Judged]:
    """Four events, two of them told twice."""
    return [
        judged("harbourpost", "Crane collapse shuts Karlshavn basin", PORT, minutes=0),
        judged("ledger", "Brenner Bank dismisses chief executive", BANK, minutes=5),
        judged("kellnews", "Train drivers walk out on Friday", STRIKE, minutes=10),
        judged("courier", "Karlshavn turns ships away after storm", PORT_RETOLD, minutes=15),
        judged("marisk", "Fire destroys film archive", FIRE, minutes=20),
        judged("savers", "Brenner Bank parts with its head Hlavka", BANK_RETOLD, minutes=25),
    ]
