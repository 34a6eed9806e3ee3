"""Parts of the embedded host that have no counterpart of the same name in Forge."""
