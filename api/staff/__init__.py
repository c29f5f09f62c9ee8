"""Who signs in, what she may open, and what she did."""
