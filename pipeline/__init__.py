"""The application around the news logic: commands, settings, graph, store, sinks."""

VERSION = "0.1.0"
