"""The broker as a doorbell: a message taken from it is gone.

Kombu keeps messages that await acknowledgement and puts them back when a line breaks.
With the broker dead that fails, and the worker ends with it (seen with kombu 5.7:
``'NoneType' object has no attribute 'hostname'`` while closing the channel). A ring
needs none of it: the truth is the job's row, and the sweeper rings again.
"""

from kombu.transport import redis


class Channel(redis.Channel):
    """Takes messages off the list without keeping a copy."""

    ack_emulation = False
    do_restore = False


class Transport(redis.Transport):
    """Redis protocol, over TCP or a Unix socket."""

    Channel = Channel
