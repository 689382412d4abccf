"""What happens: lifecycles, builds, promotions, and the ports they act through."""
