"""The archive: sends finished records to another engine too. They leave the queue only once they were read back."""
