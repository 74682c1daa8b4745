"""zsh and fish of build/peers, asked what they propose for a line that is typed so far. Neither
reads what is the machine's or the user's. A program in their directory is a command to them."""

import os
import pty
import select
import subprocess
import time

from support.servers import PEERS, find_server

_SECONDS = 60

# Of each line: every match, then the line itself, go to a file, whatever the screen shows of them.
# A description is no match: compadd has it by -d, and its options -A, -D and -O make lists and no
# match. Complaints go to another file, the screen to neither.
_ZSH = """\
exec 2>> {directory}/complaints
PS1='' LISTMAX=100000
module_path=({modules})
fpath=({more} {functions})
autoload -Uz compinit && compinit -u -d {directory}/dump
{before}
compadd() {{
  if [[ ${{@[1,(i)(-|--)]}} != *-(O|A|D)\\ * ]]; then
    local -a matches
    builtin compadd -A matches "$@"
    (($#matches)) && print -rl -- +${{^matches}} >> {directory}/told
  fi
  builtin compadd "$@"
}}
tell() {{ print -r -- "=$BUFFER" >> {directory}/told; BUFFER='' }}
leave() {{ exit }}
zle -N tell
zle -N leave
bindkey '^T' expand-or-complete
bindkey '^X' tell
bindkey "^E" leave
print ready
"""


def zsh_functions():
    return PEERS / "zsh-common/usr/share/zsh/functions"


def fish_data():
    return PEERS / "fish-common/usr/share/fish"


class Zsh:
    """`before` is run behind compinit; `more` are folders of fpath, as an installation fills."""

    def __init__(self, directory, *, before="", more=()):
        self._directory = directory
        modules = [path.parent for path in (PEERS / "zsh").glob("usr/lib/*/zsh/*/zsh")]
        functions = sorted({path.parent for path in zsh_functions().rglob("*") if path.is_file()})
        (directory / "start").write_text(_ZSH.format(
            modules=_words(modules), functions=_words(functions), more=_words(more),
            directory=directory, before=before))

    def completes(self, lines):
        """Of each line that is typed, the matches for its end and what a TAB makes of it; and the
        complaints of the shell."""
        told, complaints = self._directory / "told", self._directory / "complaints"
        for file in (told, complaints):
            file.write_text("")
        self._type(lines)
        out, matches = [], set()
        for line in told.read_text().splitlines():
            if line.startswith("+"):
                matches.add(line[1:])
            else:
                out.append((matches, line[1:]))
                matches = set()
        return out, complaints.read_text().splitlines()

    def _type(self, lines):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self._directory)
            os.execve(find_server("zsh"), ["zsh", "-f", "-i"], _environment(self._directory))
        try:
            os.write(terminal, f" source {self._directory}/start\n".encode())
            _read(terminal, b"ready\r\n")
            os.write(terminal, b"".join(line.encode() + b"\x14\x18" for line in lines) + b"\x05")
            _read(terminal, None)
        finally:
            os.close(terminal)
            os.waitpid(pid, 0)


class Fish:
    """`before` is run first; `more` are folders in which it looks for completions by itself."""

    def __init__(self, directory, *, before="", more=()):
        self._directory = directory
        self._start = (f"set fish_function_path {fish_data()}/functions\n"
                       f"set fish_complete_path {_words(more)}\n{before}\n")

    def completes(self, typed):
        """The proposals for the end of what is typed, each with its description, and what fish
        said beside."""
        done = subprocess.run(
            [find_server("fish"), "--no-config", "-c", self._start + "complete -C $argv[1]", typed],
            capture_output=True, text=True, timeout=_SECONDS, check=False, cwd=self._directory,
            env=_environment(self._directory))
        lines = [line.split("\t") for line in done.stdout.splitlines()]
        said = done.stderr.splitlines()
        return {words[0]: (words[1:] or [""])[0] for words in lines}, said + (
            [f"exit code {done.returncode}"] if done.returncode else [])


def _words(paths):
    return " ".join(f"'{path}'" for path in paths)


def _environment(directory):
    path = f"{directory}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(directory), "TERM": "dumb",
            "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": str(directory),
            "XDG_DATA_HOME": str(directory)}


def _read(terminal, until):
    """Waits until the terminal shows that; None: for its end."""
    shown, deadline = b"", time.monotonic() + _SECONDS
    while until is None or until not in shown:
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            raise TimeoutError(f"zsh says no more than {shown!r}")
        try:
            octets = os.read(terminal, 65536)
        except OSError:
            octets = b""  # Linux says EIO at the end of a terminal
        if not octets:
            if until is None:
                break
            raise EOFError(f"zsh ended: {shown!r}")
        shown += octets
