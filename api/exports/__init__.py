"""What leaves in a batch, and the file that it leaves in."""
