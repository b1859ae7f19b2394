"""`make mutants`: whether a test notices when the rules are changed, one spot at a time."""
