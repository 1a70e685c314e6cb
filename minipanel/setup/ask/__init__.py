"""Asks what a first installation needs to know, and checks each answer."""
