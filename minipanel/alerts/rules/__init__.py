"""The rules, one a file: pure functions, and parameters that are declared like a section of config.toml."""
