"""`waybill completion` as zsh and fish read it: sourced, and found where an installation puts
it."""

import re
import subprocess
import unittest

from support.peers_case import PeersCase
from support.servers import needs_servers
from support.shells import Fish, Zsh
from support.waybill import binary

# What is typed, and all that is proposed for its end.
CASES = (
    ("waybill tra", {"trace"}),
    ("waybill token cr", {"create"}),
    ("waybill trace ann@x.test --fo", {"--follow"}),
    ("waybill trace --not-i", {"--not-is"}),
    ("waybill trace --match ", {"exact", "mailbox"}),
    ("waybill trace --match e", {"exact"}),
    ("waybill trace --kind bo", {"bounced"}),
    ("waybill completion ", {"bash", "zsh", "fish"}),
    # Where any text goes; a command's name as a value.
    ("waybill trace --reason e", set()),
    ("waybill trace serve --fo", {"--follow"}),
    # Files of the folder, and folders alone.
    ("waybill trace --token-file a", {"a_token", "a_dir"}),
    ("waybill serve --data a", {"a_dir"}),
)


def said(*arguments):
    return subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=20,
                          check=True).stdout


def commands():
    """Of the program, with what --help says of each."""
    _, _, below = said("--help").partition("\nSubcommands:\n")
    return dict(re.findall(r"(?m)^  ([\w-]+) +(\S.*)$", below.split("\n\n")[0]))


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class CompletionTest(PeersCase):
    def setUp(self):
        super().setUp()
        (self.directory / "a_token").touch()
        (self.directory / "b").touch()
        (self.directory / "a_dir").mkdir()
        # fish completes for a command that is there alone.
        (self.directory / "waybill").symlink_to(binary().resolve())
        self.place = self.directory / "installed"
        self.place.mkdir()

    def hold(self, proposed):
        """That what it proposes for each case is that."""
        self.assertEqual(len(CASES), len(proposed))
        for (typed, wanted), names in zip(CASES, proposed):
            with self.subTest(typed):
                self.assertEqual(wanted, {name.rstrip("/") for name in names})

    @needs_servers("zsh")
    def test_zsh_proposes_by_what_it_sourced(self):
        script = self.directory / "script"
        script.write_text(said("completion", "zsh"))
        zsh = Zsh(self.directory, before=f"source {script}")
        told, complaints = zsh.completes([*(typed for typed, _ in CASES), "waybill "])
        self.assertEqual([], complaints)
        self.hold([matches for matches, _ in told[:-1]])
        self.assertEqual(set(commands()), told[-1][0])

    @needs_servers("zsh")
    def test_zsh_finds_what_is_installed_and_writes_the_line(self):
        (self.place / "_waybill").write_text(said("completion", "zsh"))
        lines = {"waybill tra": "waybill trace ",
                 "waybill trace --fo": "waybill trace --follow ",
                 "waybill trace --match e": "waybill trace --match exact ",
                 "waybill trace --token-file a_t": "waybill trace --token-file a_token "}
        told, complaints = Zsh(self.directory, more=[self.place]).completes(lines)
        self.assertEqual([], complaints)
        self.assertEqual(list(lines.values()), [line for _, line in told])

    @needs_servers("fish")
    def test_fish_proposes_by_what_it_sourced(self):
        script = self.directory / "script"
        script.write_text(said("completion", "fish"))
        fish = Fish(self.directory, before=f"source {script}")
        told = [fish.completes(typed) for typed in (*(typed for typed, _ in CASES), "waybill ")]
        self.assertEqual([], [line for _, complaints in told for line in complaints])
        self.hold([proposals for proposals, _ in told[:-1]])
        proposals = told[-1][0]
        self.assertEqual(set(commands()), set(proposals))
        self.assertTrue(all(proposals.values()), proposals)

    @needs_servers("fish")
    def test_fish_finds_what_is_installed(self):
        (self.place / "waybill.fish").write_text(said("completion", "fish"))
        fish = Fish(self.directory, more=[self.place])
        proposals, complaints = fish.completes("waybill trace --match ")
        self.assertEqual(({"exact", "mailbox"}, []), (set(proposals), complaints))


if __name__ == "__main__":
    unittest.main()
