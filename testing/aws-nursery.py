"""
Loads the local AWS once, which takes seconds, and forks a server for each connection to SOCKET. A client sends a port and
gets a line when the fork is about to listen there; the fork ends with the connection. The requests of WARM_UP create the
services that are created by their first call.

Usage: aws-nursery.py SOCKET WARM_UP; ends with its standard input.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import threading

listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(64)  # clients wait until all is loaded

from moto.moto_api._internal import mock_random  # noqa: E402
from moto.server import DomainDispatcherApplication, create_backend_app, run_simple  # noqa: E402
from werkzeug.test import Client  # noqa: E402

app = DomainDispatcherApplication(create_backend_app)
app.debug = True
client = Client(app)
for request in json.loads(sys.argv[2]):
    client.open(
        request["path"],
        method=request["method"],
        headers=request["headers"],
        data=request.get("body"),
    )
gc.collect()
gc.freeze()  # a collection in a fork would copy every page


def serve(connection):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    listener.close()
    port = int(connection.recv(16))
    os.environ["MOTO_PORT"] = str(port)
    mock_random.seed()  # otherwise each fork would give out the same ids
    threading.Thread(target=end_with, args=[connection], daemon=True).start()
    connection.sendall(b"forked\n")
    run_simple("127.0.0.1", port, app, threaded=True)


def end_with(connection):
    connection.recv(1)
    os._exit(0)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    ready, _, _ = select.select([listener, sys.stdin], [], [])
    if sys.stdin in ready:
        os._exit(0)
    connection, _ = listener.accept()
    if os.fork() == 0:
        serve(connection)
    connection.close()
