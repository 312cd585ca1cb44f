"""`python -m pipeline` is `wirewatch`."""

from pipeline.cli.main import main

if __name__ == "__main__":
    main()
