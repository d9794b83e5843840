"""What people have set once instead of typing it: in the environment and in logsleuth.toml."""
