"""The dialog that workflows are built in."""
