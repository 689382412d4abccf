"""The REST API under ``/api/v3``, as GitHub Enterprise has it."""
