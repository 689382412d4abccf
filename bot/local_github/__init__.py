"""A GitHub on localhost, as strict as GitHub, for the demo and the tests."""
