"""Tests of whole recoveries, without the web: steps, store and worker."""
