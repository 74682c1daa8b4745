"""HttpClient: questions to the query server."""

import http.client
import json
import urllib.parse


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class HttpClient:
    def __init__(self, port, timeout=30):
        self._port = port
        self._timeout = timeout

    def get(self, path, **parameters):
        """`from_` stands for `from`, which Python keeps for itself."""
        query = urllib.parse.urlencode(
            {name.rstrip("_"): value for name, value in parameters.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        try:
            connection.request("GET", f"{path}?{query}" if query else path)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def history(self, address, **parameters):
        quoted = urllib.parse.quote(address, safe="")
        return self.get(f"/v1/addresses/{quoted}/history", **parameters)

    def delivery(self, delivery_id):
        return self.get(f"/v1/deliveries/{delivery_id}")

    def message(self, message_id):
        return self.get(f"/v1/messages/{message_id}")

    def counters(self, domain, **parameters):
        return self.get(f"/v1/domains/{domain}/counters", **parameters)

    def answers(self):
        """Whatever it says."""
        try:
            return self.get("/readyz").status > 0
        except OSError:
            return False

    def ready(self):
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False
