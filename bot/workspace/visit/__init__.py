"""What people do in the workspace, as the page and the Visitor ask for it."""
