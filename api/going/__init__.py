"""Not going alone: offers to go along, and outings."""
