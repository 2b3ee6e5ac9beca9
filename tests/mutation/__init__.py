"""How strong the tests are: run by hand, not with the suite."""
