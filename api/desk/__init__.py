"""What a volunteer does with a case."""
