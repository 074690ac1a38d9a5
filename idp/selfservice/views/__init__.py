"""The pages of `/akun`, one module a page or a few that belong together. Importing them registers their routes."""
