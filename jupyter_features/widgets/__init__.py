"""Views for a live notebook; each is complete HTML and text wherever widgets do not run."""
