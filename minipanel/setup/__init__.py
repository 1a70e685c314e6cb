"""The set-up on the management node: look, ask, install; later upgrade and uninstall. install.sh starts it."""
