"""The smallest client in Python, of the standard library alone: a session without Python, one prompt, its answer.

    python3 examples/ask.py "What is a monad?"
"""

import itertools
import json
import os
import subprocess
import sys
import uuid

question = " ".join(sys.argv[1:]) or "Say hello."
server = subprocess.Popen(["ipyai", "server", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
ids = itertools.count(1)
updates = []


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    server.stdin.flush()


def receive():
    length = 0
    while line := server.stdout.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(server.stdout.read(length))


def request(method, **params):
    number = next(ids)
    send({"id": number, "method": method, "params": params})
    while (message := receive()).get("id") != number:
        updates.append(message)
    if "error" in message:
        sys.exit(f"{method}: {message['error']['message']}")
    return message["result"]


# Keys and base URLs are those of this process.
options = {"name": "ask.py", "cwd": os.getcwd(), "environment": dict(os.environ)}
capabilities = {"experimental": {"aiShell": {"version": 1}}}
request("initialize", processId=os.getpid(), rootUri=None, capabilities=capabilities, initializationOptions={"aiShell": options})
send({"method": "initialized", "params": {}})
session = request("session/new", requestId=str(uuid.uuid4()), cwd=os.getcwd(), kernel=None, settings={})["state"]["sessionId"]

# A prompt is answered when it is accepted; what comes of it are updates, and exactly one end.
request("session/prompt", sessionId=session, requestId=str(uuid.uuid4()), content=[{"kind": "text", "text": question}])
end = None
while end is None:
    update = (updates.pop(0) if updates else receive()).get("params", {})
    if update.get("hint", {}).get("kind") == "textDelta":
        print(update["hint"]["delta"], end="", flush=True)
    if update.get("event", {}).get("kind") == "turnFinished":
        end = update["event"]
print()
if end["stopReason"] != "endTurn":
    print(f"{end['stopReason']}: {end['error']}", file=sys.stderr)

request("session/close", sessionId=session, requestId=str(uuid.uuid4()))
request("shutdown")
send({"method": "exit"})
server.wait()
