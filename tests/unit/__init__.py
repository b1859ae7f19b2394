"""Tests of single parts around the rules."""
