"""HTTP, thin: a request becomes one use case, its answer becomes one page."""
