"""``rackhand demo``: the same bot against a local workspace, with racks and an app to play with."""
