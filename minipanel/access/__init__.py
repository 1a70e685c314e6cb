"""Who may look: accounts, sessions, API tokens, wall screens, single sign-on, and who did what."""
