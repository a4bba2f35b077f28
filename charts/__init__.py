"""Frozen values in, altair charts out; one theme with two scales (page and projector). Tested by golden specifications."""
