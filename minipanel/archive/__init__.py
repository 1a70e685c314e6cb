"""The archive: finished records also go to another engine, and leave the queue only once they were read back there."""
