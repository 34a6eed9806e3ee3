"""A small embedded host that behaves like Forge, for the demo, the tests and the benchmark."""
