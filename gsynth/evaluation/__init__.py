"""Is it a good null? Real against synthetic: spectra and tests."""
