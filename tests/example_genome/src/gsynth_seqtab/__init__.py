"""Genomes in tables of names and sequences, a gsynth plugin."""
