"""What Block Kit allows, as models that refuse everything else."""
