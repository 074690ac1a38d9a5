"""The application object that the server loads."""

from clients.skillhub.app import create_app

app = create_app()
