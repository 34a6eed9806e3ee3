"""Parts of the embedded host that have no module of their own name in Forge."""
