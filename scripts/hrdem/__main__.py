"""``python -m hrdem`` does what the command ``hrdem`` does."""

import sys

from hrdem.cli import main

if __name__ == "__main__":
    sys.exit(main())
