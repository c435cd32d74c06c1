"""The site and the command line. The application is made by `web.site.create_app`."""
