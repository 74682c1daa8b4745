"""Holds the tree against the house rules. What each rule catches is shown in rules_test.py."""

import os
import unittest

import arrow_rules
import coroutine_rules
import library_rules
import openapi_json
import rfc_index
import shape_rules
import tree_rules

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


class TreeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.paths = list(tree_rules.files(ROOT))
        cls.cpp = [path for path in cls.paths if path.endswith((".h", ".cc"))]
        cls.code = cls.cpp + [path for path in cls.paths if path.endswith((".py", ".sh", ".proto"))]
        cls.code.append("dev")

    def hold(self, rule, paths):
        complaints = [line for path in paths for line in rule(path, read(path))]
        if complaints:
            self.fail("\n" + "\n".join(complaints))

    def test_there_is_something_to_hold(self):
        self.assertGreater(len(self.cpp), 100)

    def test_includes_follow_the_arrows(self):
        self.hold(arrow_rules.arrows, self.cpp)

    def test_libraries_use_what_they_name_and_nothing_else(self):
        known = library_rules.libraries(read("CMakeLists.txt"))
        self.assertGreater(len(known), 20)
        self.hold(lambda path, text: library_rules.arrows(path, text, known), self.cpp)
        self.assertEqual([], library_rules.floors(known))
        self.assertEqual([], library_rules.idle(self.cpp, read, known))
        self.assertEqual([], library_rules.unknown_folders(self.cpp, known))
        self.assertEqual([], library_rules.prose(read("docs/architecture.md"), known))

    def test_adapters_are_seen_by_the_composition_root_alone(self):
        self.hold(arrow_rules.ports_only, self.cpp)

    def test_cores_do_no_input_or_output(self):
        self.hold(arrow_rules.sans_io, self.cpp)

    def test_cores_read_no_event_loop_behind_other_headers(self):
        self.assertEqual([], arrow_rules.deep_io(self.cpp, read))

    def test_each_library_has_one_door(self):
        self.hold(arrow_rules.doors, self.cpp)

    def test_time_and_chance_come_through_ports(self):
        self.hold(arrow_rules.world, self.cpp)

    def test_locks_are_those_that_the_compiler_checks(self):
        self.hold(arrow_rules.locks, self.cpp)

    def test_awaits_are_plain(self):
        self.hold(coroutine_rules.plain_awaits, self.cpp)

    def test_no_capturing_lambda_is_a_coroutine(self):
        self.hold(coroutine_rules.no_capturing_coroutines, self.cpp)

    def test_nothing_runs_detached(self):
        self.hold(coroutine_rules.no_loose_ends, self.cpp)

    def test_files_are_short(self):
        self.hold(shape_rules.file_size, self.code)

    def test_functions_are_short(self):
        self.hold(shape_rules.function_sizes, self.cpp)

    def test_switches_over_kinds_name_them_all(self):
        self.hold(shape_rules.kinds_are_named, self.cpp)

    def test_lines_are_short(self):
        other = (".md", ".cmake", "CMakeLists.txt", ".ts", ".tsx")
        self.hold(shape_rules.columns, self.code + [p for p in self.paths if p.endswith(other)])

    def test_headers_are_guarded_by_pragma_once(self):
        self.hold(shape_rules.guards, self.cpp)

    def test_headers_open_with_what_they_are(self):
        self.hold(shape_rules.opening_comment, self.cpp)

    def test_file_names_say_something(self):
        self.hold(shape_rules.file_name, self.code)

    def test_nothing_is_left_undone(self):
        self.hold(tree_rules.nothing_undone, filter(tree_rules.is_text, self.paths))

    def test_skipped_tests_have_an_excuse(self):
        self.hold(tree_rules.excused_skips, [path for path in self.cpp if "_test" in path])

    def test_the_readme_names_the_folders(self):
        folders = {path.split("/")[0] for path in self.paths if "/" in path}
        visible = [name for name in folders if not name.startswith(".")]
        self.assertEqual([], tree_rules.folder_table(read("README.md"), visible))

    def test_the_index_of_rfcs_is_whole(self):
        cited = rfc_index.citations(self.paths, read)
        self.assertEqual([], rfc_index.complaints(read(rfc_index.PAGE), cited))

    def test_the_contract_is_served_as_it_is_written(self):
        self.assertEqual(openapi_json.made(read(openapi_json.SOURCE)), read(openapi_json.MADE),
                         "./dev openapi")

    def test_every_parser_is_fuzzed(self):
        self.assertEqual([], tree_rules.fuzzed(self.paths, read))


if __name__ == "__main__":
    unittest.main()
