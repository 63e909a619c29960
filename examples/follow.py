import json
import socket
import sys


def call(method, more=False, **parameters):
    """Yields the parameters of each reply."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(sys.argv[1])
        message = {"method": f"org.peerd.Peers.{method}", "parameters": parameters, "more": more}
        client.sendall(json.dumps(message).encode() + b"\0")
        rest = b""
        while chunk := client.recv(65536):
            *replies, rest = (rest + chunk).split(b"\0")
            for reply in map(json.loads, replies):
                if "error" in reply:
                    sys.exit(f"{reply['error']} {reply['parameters']}")
                yield reply["parameters"]


if len(sys.argv) != 3:
    sys.exit("usage: follow.py SOCKET ADDRESS")
events = call("Monitor", more=True)
next(events)  # What happens from here on is seen.
peer = next(call("AddPersistent", address=sys.argv[2]))["id"]
for event in (reply["event"] for reply in events):
    if event.get("connection", {}).get("id") == peer:
        print(event["name"], event.get("cause", ""), flush=True)
