"""The grid, the sidebar, and what stands in for them."""
