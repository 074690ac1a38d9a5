"""The application object that the server loads."""

from clients.karirhub.app import create_app

app = create_app()
