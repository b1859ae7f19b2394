"""Attacks on a running deployment of one's own, by nothing but what its outside contract says."""
