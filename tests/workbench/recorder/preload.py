"""Adds a command-line option to the host."""


def preload(parser):
    parser.add_argument("--recorder-word", default="nothing")
