from idp import create_app

application = create_app()
