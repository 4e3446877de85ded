"""Reads the pickled models of old pymisha versions, as data: nothing in them is ever imported or called."""
