"""The .gsm model format: a folder or a zip of YAML metadata and flat arrays, in the dialects of all its writers."""
