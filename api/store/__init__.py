"""Where rows lie: one database behind one door, its migrations, its copies."""
