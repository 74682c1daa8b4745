"""runtime/mutex.h is no decoration: clang refuses what touches a guarded member without its lock.
The flags are those of cmake/waybill.cmake."""

import os
import re
import shutil
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLANG = next(filter(None, map(shutil.which, ("clang++-14", "clang++-19"))), None)

BOX = """
#include "runtime/mutex.h"
using namespace waybill::runtime;
struct Box {
  Mutex mutex;
  SharedMutex shared;
  ConditionVariable told;
  int value WAYBILL_GUARDED_BY(mutex) = 0;
  int many WAYBILL_GUARDED_BY(shared) = 0;
  void add() WAYBILL_REQUIRES(mutex) { ++value; }
};
"""

# Bodies of a function of `Box& box`.
RIGHT = [
    "const MutexLock lock(box.mutex); box.add();",
    "const MutexLock lock(box.mutex); while (box.value == 0) box.told.wait(box.mutex);",
    "MutexLock lock(box.mutex); lock.unlock(); lock.lock(); box.value = 1;",
    "auto add = [&] { box.mutex.assert_held(); ++box.value; }; const MutexLock lock(box.mutex);"
    " add();",
    "const ReaderLock lock(box.shared); if (box.many > 0) return;",
    "const WriterLock lock(box.shared); box.many = 1;",
]
WRONG = [
    "box.value = 1;",
    "if (box.value > 0) return;",
    "box.add();",
    "box.told.wait(box.mutex);",
    "box.told.wait_until(box.mutex, Instant());",
    "MutexLock lock(box.mutex); lock.unlock(); box.value = 1;",
    "MutexLock lock(box.mutex); const MutexLock again(box.mutex);",
    "Box other; const MutexLock lock(other.mutex); box.value = 1;",
    "const MutexLock lock(box.mutex); auto add = [&] { ++box.value; }; add();",
    "const ReaderLock lock(box.shared); box.many = 1;",
]


def flags():
    with open(os.path.join(ROOT, "cmake/waybill.cmake"), encoding="utf-8") as file:
        return re.findall(r"-Wthread-safety[\w-]*", file.read())


class LocksTest(unittest.TestCase):
    def setUp(self):
        if CLANG is None:
            if os.environ.get("CI"):
                self.fail("no clang++ of packages.txt is installed")
            self.skipTest("no clang++ of packages.txt is installed")

    def complaints(self, bodies):
        """Of which bodies, by their number, clang complains."""
        code = BOX + "".join(f"\n#line 1 \"{number}\"\nvoid f{number}(Box& box) {{ {body} }}"
                             for number, body in enumerate(bodies))
        ran = subprocess.run(
            [CLANG, "-std=c++20", "-fsyntax-only", "-I", ROOT, *flags(), "-x", "c++", "-"],
            input=code, text=True, capture_output=True, timeout=60)
        self.assertEqual(0, ran.returncode, ran.stderr)
        return {int(number) for number in
                re.findall(r"^(\d+):\d+:\d+: warning: .*\[-Wthread-safety", ran.stderr, re.M)}

    def test_what_holds_the_lock_is_let_through(self):
        self.assertEqual(set(), self.complaints(RIGHT))

    def test_what_does_not_hold_it_is_refused(self):
        self.assertEqual(set(range(len(WRONG))), self.complaints(WRONG))


if __name__ == "__main__":
    unittest.main()
