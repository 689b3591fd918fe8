"""Where the built program begins: the same as the ``plantain`` command."""

import sys

from desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
