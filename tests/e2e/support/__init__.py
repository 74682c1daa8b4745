"""Real peers on loopback: mail servers, a name server, and Waybill itself, each in a directory of
its own on a free port, and ended by its process id."""
