"""What staff see: templates, the stylesheet, a little script, and the values that pages are made of."""
