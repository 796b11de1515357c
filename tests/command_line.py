"""The command line in a process of its own, as `python -c MAIN word...`."""

# A shell that starts the tests in the background lets everyone ignore Ctrl-C: heed it all the same.
HEED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
MAIN = f"{HEED}; from shortcast_agent.cli import main; main()"
