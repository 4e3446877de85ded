"""Tracks from columns of a table with a header, a gsynth plugin."""
