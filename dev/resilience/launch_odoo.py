"""Odoo's command line as a file: a preforked server starts this file again for its gevent port."""

from odoo.cli.command import main

if __name__ == "__main__":
    main()
