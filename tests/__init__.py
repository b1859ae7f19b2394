"""All tests. `people` are the invented customers whom they share."""
