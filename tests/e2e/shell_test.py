"""What the program says of itself to shells and to man: each command and option that --help has."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support.waybill import binary

SHELLS = ("bash", "zsh", "fish")


def said(*arguments):
    return subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=20,
                          check=True).stdout


def commands(path=()):
    """The paths of all commands, as --help names them."""
    help_text = said(*path, "--help")
    yield path
    _, found, below = help_text.partition("\nSubcommands:\n")
    if not found:
        return
    for line in below.split("\n\n")[0].splitlines():
        name = re.match(r"  ([\w-]+)", line)
        if name:
            yield from commands((*path, name[1]))


def options(path):
    """The names of all options of a command."""
    out = set()
    for line in said(*path, "--help").splitlines():
        names = re.match(r"  (-[\w,-]+)", line)
        if names:
            out.update(names[1].split(","))
    return out


def bash_completes(*words, current=None):
    """What bash proposes for the last of these words, or for the one at `current`."""
    line = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
    index = len(words) - 1 if current is None else current
    script = (f"source /dev/stdin; COMP_WORDS=({line}); COMP_CWORD={index}; _waybill; "
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-uec", script], input=said("completion", "bash"),
                          capture_output=True, text=True, timeout=20, check=True)
    assert not done.stderr, done.stderr
    return [word for word in done.stdout.split("\n") if word]


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ShellTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = list(commands())
        cls.options = {path: options(path) for path in cls.commands}

    def test_there_is_something_to_complete(self):
        self.assertGreater(len(self.commands), 20)
        self.assertIn(("token", "create"), self.commands)
        self.assertIn("--not-is", self.options["trace",])

    def test_bash_proposes_each_command_and_option(self):
        for path in self.commands:
            below = {other[len(path)] for other in self.commands
                     if len(other) == len(path) + 1 and other[:len(path)] == path}
            proposed = set(bash_completes("waybill", *path, "-"))
            self.assertEqual(self.options[path], proposed, path)
            if below:
                proposed = set(bash_completes("waybill", *path, ""))
                self.assertEqual(below | self.options[path], proposed, path)

    def test_bash_proposes_values(self):
        self.assertEqual(["trace"], bash_completes("waybill", "tra"))
        self.assertEqual(["--follow"], bash_completes("waybill", "trace", "ann@x.test", "--fo"))
        self.assertEqual(["exact"], bash_completes("waybill", "trace", "--match", "e"))
        self.assertEqual(["exact"], bash_completes("waybill", "trace", "--match", "=", "e"))
        self.assertEqual(["mailbox", "exact"], bash_completes("waybill", "trace", "--match", "="))
        self.assertEqual(["bounced"], bash_completes("waybill", "trace", "--kind", "bo"))
        self.assertEqual(list(SHELLS), [word for word in bash_completes("waybill", "completion", "")
                                        if not word.startswith("-")])
        # In the middle of a line; where any text goes; a command's name as a value.
        self.assertEqual(["--json"], bash_completes("waybill", "trace", "--js", "x", current=2))
        self.assertEqual([], bash_completes("waybill", "trace", "--reason", ""))
        self.assertIn("--reason", bash_completes("waybill", "trace", "serve", "--rea"))

    def test_bash_proposes_files(self):
        with tempfile.TemporaryDirectory() as directory:
            for name in ("a token", "b"):
                pathlib.Path(directory, name).touch()
            pathlib.Path(directory, "a dir").mkdir()
            front = directory + "/a"
            self.assertEqual(
                {directory + "/a token", directory + "/a dir"},
                set(bash_completes("waybill", "trace", "--token-file", front)))
            self.assertEqual([directory + "/a dir"],
                             bash_completes("waybill", "serve", "--data", front))

    def test_bash_takes_its_script(self):
        """completion_test.py has zsh and fish read theirs."""
        done = subprocess.run(["bash", "-n", "/dev/stdin"], input=said("completion", "bash"),
                              capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_each_script_names_each_command_and_option(self):
        for shell in SHELLS:
            text = said("completion", shell)
            for path in self.commands:
                self.assertIn(" ".join(("waybill", *path)), text)
                for option in self.options[path]:
                    name = option.lstrip("-")
                    forms = {"fish": f" -l {name}" if option.startswith("--") else f" -s {name}"}
                    self.assertIn(forms.get(shell, option), text, shell)

    def test_an_installation_brings_them_to_their_places(self):
        build = binary().parent
        if not (build / "cmake_install.cmake").exists() or not shutil.which("cmake"):
            self.skipTest("the program is in no build directory")
        with tempfile.TemporaryDirectory() as place:
            subprocess.run(["cmake", "--install", build, "--prefix", place], check=True,
                           capture_output=True, timeout=60)
            share = pathlib.Path(place, "share")
            for shell, path in (("bash", "bash-completion/completions/waybill"),
                                ("zsh", "zsh/site-functions/_waybill"),
                                ("fish", "fish/vendor_completions.d/waybill.fish")):
                self.assertEqual(said("completion", shell), (share / path).read_text())
            installed = {page.name for page in (share / "man/man1").iterdir()}
            self.assertEqual(set(self.pages()), installed)

    def pages(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        said("man", "--out", directory.name)
        return {page.name: page for page in pathlib.Path(directory.name).iterdir()}

    def test_manual_pages_have_each_command_and_option(self):
        pages = self.pages()
        self.assertEqual({"waybill.1"} | {f"waybill-{path[0]}.1" for path in self.commands if path},
                         set(pages))
        self.assertEqual(pages["waybill.1"].read_text(), said("man"))
        for path in self.commands:
            text = pages[f"waybill-{path[0]}.1" if path else "waybill.1"].read_text()
            text = text.replace("\\-", "-")
            if len(path) > 1:
                _, found, text = text.partition(".SS " + " ".join(("waybill", *path)) + "\n")
                self.assertTrue(found, path)
                text = text.split("\n.SS ")[0]
            for option in self.options[path]:
                self.assertRegex(text, rf"(?m)^\\fB.*{re.escape(option)}\\fR", path)

    def test_manual_pages_are_well_formed(self):
        checks = [command for command in (["groff", "-ww", "-man", "-Tutf8", "-z"],
                                          ["man", "--warnings", "-l"]) if shutil.which(command[0])]
        if not checks:
            self.skipTest("neither groff nor man is installed")
        for page in self.pages().values():
            for check in checks:
                done = subprocess.run([*check, page], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True, timeout=60, check=False)
                self.assertEqual((0, ""), (done.returncode, done.stderr), page.name)


if __name__ == "__main__":
    unittest.main()
