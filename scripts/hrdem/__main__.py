"""``python -m hrdem`` does what the command ``hrdem`` does."""

from hrdem.cli import program

if __name__ == "__main__":
    program()
