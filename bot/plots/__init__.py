"""Pictures for threads: what a promotion's switch did to the requests."""
