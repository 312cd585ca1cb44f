"""Loads what extraction loads at first use; imported by the fork server of transforms.workers, so that workers start warm."""

import gc

from transforms.articles.extract import extract
from transforms.articles.urls import registrable_domain

_PARAGRAPH = (
    "A page that is read once, so that every model, table and compiled pattern is in memory before a worker starts."
)
_PAGE = (
    "<html lang='en'><head><title>Warm</title><script type='application/ld+json'>{}</script></head><body><article>"
    + f"<p>{_PARAGRAPH} <a href='https://www.example.org/'>elsewhere</a></p>" * 12
    + "</article></body></html>"
)

registrable_domain("https://www.example.co.uk/")
extract(_PAGE.encode(), "https://www.example.com/warm")
gc.collect()
gc.set_threshold(20_000, 20, 50)  # trees are no garbage while they are read: a twelfth of a page's time
gc.freeze()  # what is here stays shared with the workers: their collector does not touch it
