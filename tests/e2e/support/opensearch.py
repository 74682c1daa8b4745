"""OpenSearch: a real node on loopback, of the jars that `./dev` brought (build/opensearch/, from
tests/opensearch/pom.xml)."""

import json
import pathlib
import re
import urllib.error
import urllib.request

from support.absence import absent
from support.process import Running, find_program, lasting_port, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[3]
_PLACE = ROOT / "tests/opensearch"
# Up after 3 s alone; beside a compiler it takes its time.
START_SECONDS = 120


def jars():
    """The folder with the jars, whether they are there or not."""
    pom = (_PLACE / "pom.xml").read_text()
    version = re.search(r"<opensearch\.version>(.*?)</opensearch\.version>", pom).group(1)
    return ROOT / "build/opensearch" / version


def needs_opensearch():
    """For a test, or a class of them, with a node."""
    if not find_program("javac"):
        return absent("not installed: javac; `./dev test` installs it")
    if not any(jars().glob("opensearch-2*.jar")):
        return absent(f"no OpenSearch in {jars()}; `./dev test` fetches it")
    return lambda case: case


class OpenSearch:
    def __init__(self, directory):
        self.home = pathlib.Path(directory)
        self.port = lasting_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        (self.home / "config").mkdir(parents=True, exist_ok=True)
        self.process = Running(
            ["java", "-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-cp", f"{jars()}/*", str(_PLACE / "Node.java"), str(self.home), str(self.port),
             str(lasting_port())],
            self.home / "log", with_us="KILL")
        wait_until(self._in_service, "OpenSearch answers", START_SECONDS)

    def stop(self):
        if self.process is not None:
            self.process.stop()

    def _in_service(self):
        return self.ask("GET", "/_cluster/health")[1].get("status") in ("yellow", "green")

    def ask(self, method, path, body=None):
        """Status and JSON of the answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data,
                                         {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):
                raise error.reason from error
            raise

    def count(self, stream, query):
        self.ask("POST", f"/{stream}/_refresh")
        status, answer = self.ask("GET", f"/{stream}/_search", {"query": query})
        assert status == 200, answer
        return answer["hits"]["total"]["value"]
