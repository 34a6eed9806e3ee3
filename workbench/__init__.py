"""A small embedded host that keeps Forge's contracts, for the demo, the tests and the bench."""
