"""Ask what a first installation needs to know, and check each answer."""
