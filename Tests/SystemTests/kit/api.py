"""The REST API over HTTPS, as a program on the network uses it."""

import json
import ssl
import urllib.error
import urllib.request


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.text = body.decode("utf-8", "replace")

    @property
    def document(self):
        return json.loads(self.text)


class APIClient:
    """`key` is sent as the API wants it; `headers` of a call are added to it."""

    def __init__(self, node, key=None):
        self.base = f"https://127.0.0.1:{node.web_port}/api/v1"
        self.key = key
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def send(self, method, path, body=None, **headers):
        request = urllib.request.Request(self.base + path, method=method)
        for name, value in headers.items():
            request.add_header(name, value)
        if self.key:
            request.add_header("Authorization", f"Bearer {self.key}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())
