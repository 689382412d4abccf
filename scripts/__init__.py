"""What sets a machine up for Rackhand: packages, a Docker engine, base images, the demo."""
