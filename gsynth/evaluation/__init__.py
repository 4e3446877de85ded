"""Is it a good null? Real compared with synthetic sequence: spectra and tests."""
