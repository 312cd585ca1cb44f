"""What a wave's end has to tell: the alerts that its touched and merged stories raise, pass on, end or revise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from transforms.alerts.decide import StoryView, decide_alert, merge_alerts
from transforms.config import AlertsConfig
from transforms.model import Alert, AlertState, Topic


@dataclass(frozen=True)
class DecideAlerts:
    """Decides once a wave; an alert gets at most one revision by it.

    Args:
        topics: gives the topics as they are followed now.
        config: when a person is told.
        sinks: names of all sinks, for topics that name none.
    """

    topics: Callable[[], Sequence[Topic]]
    config: AlertsConfig
    sinks: tuple[str, ...] = ()

    def __call__(
        self, views: Sequence[StoryView], merged: Mapping[str, str], alerts: Mapping[str, Alert], now: float
    ) -> list[Alert]:
        """The new revisions.

        Args:
            views: the stories that the wave touched, as they stand after it.
            merged: id of each story that has merged in this wave -> the story that it points to.
            alerts: the ledger's alerts by id, each in its latest revision.
            now: seconds since the epoch; in a replay the greatest publication time so far.
        """
        topics = {topic.id: self._with_sinks(topic) for topic in self.topics()}
        by_story = {view.story.id: view for view in views}
        latest = dict(alerts)
        for loser in merged:
            survivor = by_story.get(_survivor(loser, merged))
            if survivor is None:
                continue
            concerned = [a for a in latest.values() if a.story in {loser, survivor.story.id}]
            for revision in merge_alerts(survivor, loser, concerned, topics, now, self.config):
                latest[revision.id] = revision
        told = {(a.story, a.topic): a for a in latest.values() if a.state is not AlertState.MERGED}
        for view in views:
            for topic in topics.values():
                previous = told.get((view.story.id, topic.id))
                if previous is not None and previous is not alerts.get(previous.id):
                    continue  # passed on just now, with all there is to tell
                if (alert := decide_alert(view, topic, previous, now, self.config)) is not None:
                    latest[alert.id] = alert
        return [alert for key, alert in latest.items() if alert is not alerts.get(key)]

    def _with_sinks(self, topic: Topic) -> Topic:
        return topic if topic.sinks else msgspec.structs.replace(topic, sinks=self.sinks)


def _survivor(story_id: str, merged: Mapping[str, str]) -> str:
    """The story at the end of a chain of merges."""
    for _ in range(len(merged)):
        if story_id not in merged:
            break
        story_id = merged[story_id]
    return story_id
