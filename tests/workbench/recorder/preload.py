"""Adds an argument to the host's command line."""


def preload(parser):
    parser.add_argument("--recorder-word", default="nothing")
