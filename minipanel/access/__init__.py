"""Access control: accounts, sessions, API tokens, wall screens, single sign-on and the audit log."""
