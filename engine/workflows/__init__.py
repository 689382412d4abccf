"""Workflows: from a change on the forge through checks, builds and promotions to production."""
