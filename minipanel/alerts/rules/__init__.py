"""The rules, one per file: pure functions, with parameters declared like a section of config.toml."""
