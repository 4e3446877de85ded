"""Bytes and safety: random access, decompression, DataFrames, files that appear whole or not at all. No genomics."""
