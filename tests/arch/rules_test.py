"""No rule is blind: each must catch its bad examples and let the good ones pass."""

import unittest

import arrow_rules
import coroutine_rules
import cpp_source
import library_rules
import rfc_index
import shape_rules
import tree_rules

# rule, path, text that must be caught
BAD = [
    (arrow_rules.arrows, "runtime/x.h", '#include "schemas/address.h"'),
    (arrow_rules.arrows, "schemas/x.h", '#include "runtime/connection.h"'),
    (arrow_rules.arrows, "ingest/x.cc", '#include "relay/verdict.h"'),
    (arrow_rules.arrows, "relay/forward/x.cc", '#include "projector/history.h"'),
    (arrow_rules.arrows, "relay/x.cc", '#include "ingest/journal.h"'),
    (arrow_rules.arrows, "relay/x_test.cc", '#include "query/routes.h"'),
    (arrow_rules.arrows, "http/x.cc", '#include "query/routes.h"'),
    (arrow_rules.arrows, "http/x.cc", '#include "projector/history.h"'),
    (arrow_rules.arrows, "projector/x.cc", '#include "ingest/journal.h"'),
    (arrow_rules.arrows, "query/x.cc", '#include "ingest/event_stream.h"'),
    (arrow_rules.arrows, "query/x.cc", '#include "relay/routes/route_table.h"'),
    (arrow_rules.arrows, "relay/x.cc", '#include "tests/support/world.h"'),
    (arrow_rules.arrows, "app/x.cc", '  #  include "tests/support/world.h"'),
    (arrow_rules.ports_only, "relay/x.cc", '#include "runtime/dns/unbound_resolver.h"'),
    (arrow_rules.ports_only, "query/x.cc", '#include "projector/memory_view_store.h"'),
    (arrow_rules.ports_only, "http/x.cc", '#include "runtime/asio_net.h"'),
    (arrow_rules.sans_io, "relay/smtp/x.h", "#include <boost/asio/post.hpp>"),
    (arrow_rules.sans_io, "relay/smtp/x.h", '#include "runtime/connection.h"'),
    (arrow_rules.doors, "relay/x.cc", "#include <rocksdb/db.h>"),
    (arrow_rules.doors, "ingest/journal.cc", "#include <rocksdb/db.h>"),
    (arrow_rules.doors, "relay/x.cc", "#include <librdkafka/rdkafka.h>"),
    (arrow_rules.doors, "query/x.cc", "#include <spdlog/spdlog.h>"),
    (arrow_rules.doors, "query/x.cc", "#include <prometheus/counter.h>"),
    (arrow_rules.doors, "app/serve.cc", "#include <toml++/toml.h>"),
    (arrow_rules.doors, "relay/x.cc", "#include <unbound.h>"),
    (arrow_rules.doors, "query/history_handler.cc", "#include <boost/beast/http.hpp>"),
    (arrow_rules.doors, "runtime/x.cc", "#include <CLI/CLI.hpp>"),
    (arrow_rules.doors, "schemas/x.cc", "#include <openssl/evp.h>"),
    (arrow_rules.doors, "relay/x.cc", "#include <idn2.h>"),
    (arrow_rules.doors, "relay/x.cc", "#include <boost/json/parse.hpp>"),
    (arrow_rules.world, "relay/x.cc", "auto t = std::chrono::steady_clock::now();"),
    (arrow_rules.world, "relay/x.cc", "auto t = time(nullptr);"),
    (arrow_rules.world, "relay/x.cc", "auto t = std::time(&now);"),
    (arrow_rules.world, "relay/x.cc", "int r = rand();"),
    (arrow_rules.world, "relay/x.cc", "std::random_device seed;"),
    (arrow_rules.world, "ingest/x.cc", "gettimeofday(&tv, nullptr);"),
    (arrow_rules.world, "tests/sim/x.cc", "std::mt19937_64 engine(1);"),
    (arrow_rules.world, "ingest/x.cc", "getrandom(buffer, 16, 0);"),
    (arrow_rules.world, "ingest/x.cc", "RAND_bytes(buffer, 16);"),
    (arrow_rules.locks, "ingest/x.h", "  mutable std::mutex mutex_;"),
    (arrow_rules.locks, "runtime/x.h", "std::shared_mutex mutex_;"),
    (arrow_rules.locks, "runtime/x.cc", "const std::lock_guard lock(mutex_);"),
    (arrow_rules.locks, "app/x.cc", "std::unique_lock<std::mutex> lock(mutex_);"),
    (arrow_rules.locks, "tools/x.cc", "std::condition_variable_any told;"),
    (arrow_rules.locks, "query/x.h", "runtime::Mutex mutex_;\nint a_ WAYBILL_GUARDED_BY(other_);"),
    (coroutine_rules.plain_awaits, "x.cc", "auto r = co_await f(Request{1, 2});"),
    (coroutine_rules.plain_awaits, "x.cc", "auto r = co_await f(\n    a,\n    {1, 2});"),
    (coroutine_rules.plain_awaits, "x.cc", "co_await f([&] { return 1; });"),
    (coroutine_rules.plain_awaits, "x.cc", "co_await f([] { return 1; });"),
    (coroutine_rules.plain_awaits, "x.cc", "co_await f(a ? b : c);"),
    (coroutine_rules.plain_awaits, "x.cc", "auto r = a ? co_await f() : co_await g();"),
    (coroutine_rules.plain_awaits, "x.cc", "auto r = Pair{co_await f(), 1};"),
    (coroutine_rules.plain_awaits, "x.cc", "g(Pair{1, 2}, co_await f());"),
    (coroutine_rules.plain_awaits, "x.cc", "if (co_await f(a ? b : c)) { g(); }"),
    (coroutine_rules.plain_awaits, "x.cc", "for (;;) { x(); co_await f(A{}); }"),
    (coroutine_rules.plain_awaits, "x.cc", 'co_await f("}", A{});'),
    (coroutine_rules.no_capturing_coroutines, "x.cc", "auto f = [&] { co_return; };"),
    (coroutine_rules.no_capturing_coroutines, "x.cc",
     "spawn([this, x = 1](int a) mutable -> Task<void> { co_await g(a); }, 1);"),
    (coroutine_rules.no_capturing_coroutines, "x.cc",
     "return [x] { [] { return 1; }(); co_return; };"),
    (coroutine_rules.no_loose_ends, "x.cc", "co_spawn(e, f(), boost::asio::detached);"),
    (coroutine_rules.no_loose_ends, "x.cc", "std::thread(f).detach();"),
    (coroutine_rules.no_loose_ends, "x.cc", 'std::system("ls");'),
    (shape_rules.file_size, "x.cc", "\n" * 601),
    (shape_rules.columns, "x.cc", "x" * 101),
    (shape_rules.columns, "x.cc", "| " + "x" * 100),
    (shape_rules.columns, "x.md", "x " * 51),
    (shape_rules.columns, "x.md", "x " * 50 + "[x](y)"),
    (shape_rules.columns, "cmake/x.cmake", "x " * 51),
    (shape_rules.function_sizes, "x.cc", "void f() {\n" + "g();\n" * 70 + "}"),
    (shape_rules.function_sizes, "x.cc",
     "namespace a {\nclass X : public Y {\n public:\n  X(int a) : a_{a} {\n" + "g();\n" * 70
     + "}\n};\n}"),
    (shape_rules.function_sizes, "x.cc",
     "X& X::operator=(const X& o) noexcept {\n" + "if (a) { g(); }\n" * 70 + "}"),
    (shape_rules.function_sizes, "x.cc",
     "template <class T = int>\nauto f(T a = {}) -> int {\n" + "g('{');\n" * 70 + "}"),
    (shape_rules.kinds_are_named, "x.cc",
     "switch (event.body_case()) { case Event::kDropped: return 1; default: return 0; }"),
    (shape_rules.kinds_are_named, "x.cc",
     "switch (row.kind) { case Kind::dropped: { f(); break; }\n default: break; }"),
    (shape_rules.guards, "x.h", "// What.\n#ifndef X_H\n#define X_H\n#endif\n"),
    (shape_rules.opening_comment, "x.h", "#pragma once\n"),
    (shape_rules.file_name, "runtime/string_utils.cc", ""),
    (shape_rules.file_name, "runtime/common.h", ""),
    (shape_rules.file_name, "runtime/PoolManager.cc", ""),
    (shape_rules.file_name, "runtime/pool_impl.h", ""),
    (tree_rules.nothing_undone, "x.cc", "// TO" + "DO: later"),
    (tree_rules.nothing_undone, "x.md", "FIX" + "ME"),
    (tree_rules.excused_skips, "x_test.cc", "GTEST_" + 'SKIP() << "flaky";'),
]

# rule, path, text that must pass
GOOD = [
    (arrow_rules.arrows, "relay/x.cc", '#include "ingest/recorder.h"\n#include "schemas/ids.h"'),
    (arrow_rules.arrows, "relay/x_test.cc", '#include "tests/support/world.h"'),
    (arrow_rules.arrows, "tests/sim/x.cc", '#include "relay/session.h"'),
    (arrow_rules.ports_only, "projector/x.cc", '#include "projector/memory_view_store.h"'),
    (arrow_rules.ports_only, "app/x.cc", '#include "runtime/dns/unbound_resolver.h"'),
    (arrow_rules.doors, "projector/rocksdb_view_store.cc", "#include <rocksdb/db.h>"),
    (arrow_rules.world, "runtime/asio_clock.cc", "return std::chrono::steady_clock::now();"),
    (arrow_rules.world, "query/x.cc", 'question.from = parameters.time("from"); clock_.now();'),
    (arrow_rules.world, "query/x.cc", "// steady_clock::now() would be wrong here"),
    (arrow_rules.world, "query/x.h", "std::optional<WallTime> time(std::string_view name);"),
    (arrow_rules.locks, "runtime/mutex.h", "std::mutex mutex_;"),
    (arrow_rules.locks, "ingest/x_test.cc", "std::mutex mutex;"),
    (arrow_rules.locks, "relay/x.cc", "static std::once_flag once; // std::mutex"),
    (arrow_rules.locks, "query/x.h", "Mutex mutex_;\nint a_ WAYBILL_GUARDED_BY(mutex_) = 0;"),
    (coroutine_rules.plain_awaits, "x.cc", "auto [a, b] = co_await f(std::move(x), y[1]);"),
    (coroutine_rules.plain_awaits, "x.cc", "auto& [a, b] = co_await f(); // {}"),
    (coroutine_rules.plain_awaits, "x.cc", "if (!(co_await f(a))) { g(b ? 1 : 2); }"),
    (coroutine_rules.plain_awaits, "x.cc", "Task<A> f() { A a{1}; co_await g(a); co_return A{}; }"),
    (coroutine_rules.plain_awaits, "x.cc", "while (a ? b : c) { co_await f('{', \"?[\"); }"),
    (coroutine_rules.plain_awaits, "x.cc", 'co_await f(R"(a ? {b} : [c])");'),
    (coroutine_rules.plain_awaits, "x.cc", "auto f = [](A a) -> Task { co_await a.g(); };"),
    (coroutine_rules.plain_awaits, "x.cc", "switch (a) { case 1: co_await f(); }"),
    (coroutine_rules.no_capturing_coroutines, "x.cc", "auto f = [](A& a) -> T { co_return; };"),
    (coroutine_rules.no_capturing_coroutines, "x.cc",
     "spawn([&] { return [](A& a) -> T { co_return; }(x); });"),
    (coroutine_rules.no_capturing_coroutines, "x.cc",
     "[[nodiscard]] T f() { a[i] = 1; co_return; }"),
    (shape_rules.columns, "x.cc", "x" * 100),
    (shape_rules.columns, "x.md", "| " + "x" * 100 + " |\n" + "x " * 48 + "[x](a/y.md#z)"),
    (shape_rules.function_sizes, "x.cc", "void f() {\n" + "g();\n" * 68 + "}"),
    (shape_rules.function_sizes, "x.cc", "constexpr A kTable[] = {\n" + "{f(1)},\n" * 90 + "};"),
    (shape_rules.function_sizes, "x.cc", "class X {\n" + "int f(int a = 1) { return a; }\n" * 90
     + "};"),
    (shape_rules.kinds_are_named, "x.cc",
     "switch (event.body_case()) { case Event::kDropped: return 1; case Event::BODY_NOT_SET: }"
     "switch (field) { case Event::kNodeFieldNumber: return; default: g(a()); }"
     "switch (number) { case 1: return 2; default: return 3; }"),
    (shape_rules.guards, "x.h", "// What.\n#pragma once\n"),
    (shape_rules.file_name, "relay/commoner.cc", ""),
    (tree_rules.excused_skips, "x_test.cc", "shared/cases GTEST_" + "SKIP()"),
]


class RulesTest(unittest.TestCase):
    def test_every_rule_catches_its_bad_examples(self):
        for rule, path, text in BAD:
            with self.subTest(rule=rule.__name__, path=path, text=text[:80]):
                self.assertTrue(rule(path, text))

    def test_no_rule_cries_over_good_examples(self):
        for rule, path, text in GOOD:
            with self.subTest(rule=rule.__name__, path=path, text=text[:80]):
                self.assertEqual([], rule(path, text))

    def test_the_folder_table_is_exact(self):
        readme = "| `relay/` | x |\n| `gone/` | x |\n"
        self.assertEqual(
            ["README.md: no row for query/", "README.md: a row for gone/, which does not exist"],
            tree_rules.folder_table(readme, ["relay", "query"]))
        self.assertEqual([], tree_rules.folder_table("| `relay/` | x |", ["relay"]))

    def test_each_parser_needs_a_target_and_each_target_a_parser(self):
        tree = {parser: "" for parser in tree_rules.PARSERS}
        every = "".join(f'#include "{parser}"\n' for parser in tree_rules.PARSERS)
        tree["tests/fuzz/all_fuzz.cc"] = every
        self.assertEqual([], tree_rules.fuzzed(tree, tree.get))
        self.assertEqual(1, len(tree_rules.fuzzed({**tree, "tests/fuzz/x_fuzz.cc": ""},
                                                  {**tree, "tests/fuzz/x_fuzz.cc": ""}.get)))
        tree["tests/fuzz/all_fuzz.cc"] = every.replace('"schemas/event.h"', "<cstdint>")
        self.assertEqual(["schemas/event.h: no target in tests/fuzz includes it"],
                         tree_rules.fuzzed(tree, tree.get))
        del tree["schemas/event.h"]
        self.assertIn("gone", tree_rules.fuzzed(tree, tree.get)[0])

    def test_what_the_build_says_is_held_against_the_includes_and_the_page(self):
        known = library_rules.libraries(
            "waybill_library(runtime LINKS a)\nwaybill_library(relay/smtp FUZZED\n"
            "  USES runtime\n  LINKS b)\nwaybill_library(query USES runtime relay/smtp)\n")
        self.assertEqual(
            {"runtime": [], "relay/smtp": ["runtime"], "query": ["runtime", "relay/smtp"]}, known)
        wrong = '#include "query/y.h"'
        self.assertEqual(1, len(library_rules.arrows("relay/smtp/x.cc", wrong, known)))
        self.assertEqual([], library_rules.arrows("relay/smtp/x_test.cc", wrong, known))
        self.assertEqual([], library_rules.arrows("query/x.cc", '#include "runtime/y.h"', known))
        self.assertEqual([], library_rules.floors(known))
        self.assertEqual(1, len(library_rules.floors({"a": ["b"], "b": []})))
        tree = {"relay/smtp/x.cc": '#include "runtime/y.h"', "query/x.cc": ""}
        self.assertEqual(2, len(library_rules.idle(tree, tree.get, known)))
        self.assertEqual(["relay/x"], library_rules.unknown_folders(
            ["relay/x/y.cc", "query/x.cc", "tests/x.cc", "app/main.cc"], known))
        page = "| `runtime` | nothing of ours |\n| `query` | schemas, runtime |\n"
        complaints = library_rules.prose(page, known)
        self.assertIn("docs/architecture.md: query uses relay, says CMakeLists.txt", complaints)
        self.assertIn("docs/architecture.md: query does not use schemas", complaints)
        self.assertIn("docs/architecture.md: no row for relay", complaints)

    def test_an_event_loop_is_found_behind_headers(self):
        tree = {"schemas/x.cc": '#include "schemas/x.h"', "schemas/x.h": '#include "runtime/y.h"',
                "runtime/y.h": "#include <boost/asio/awaitable.hpp>", "schemas/z.cc": ""}
        [complaint] = [line for line in arrow_rules.deep_io(tree, tree.get) if ".cc" in line]
        self.assertIn("runtime/y.h includes <boost/asio/awaitable.hpp>", complaint)
        tree["runtime/y.h"] = "#include <boost/asio/ip/address.hpp>"
        self.assertEqual([], arrow_rules.deep_io(tree, tree.get))

    def test_the_index_of_rfcs_names_what_is_missing_and_what_is_too_much(self):
        tree = {"relay/smtp/a.h": "// RFC 5321 4.1", "docs/b.md": "RFC 9562", "relay/c.cc": ""}
        cited = rfc_index.citations(tree, tree.get)
        self.assertEqual({5321: ["relay/smtp"], 9562: ["docs/b.md"]}, cited)
        whole = "| 5321 | S | D | `relay/smtp` |\n| 9562 | U | P | `docs/b.md` |\n"
        self.assertEqual([], rfc_index.complaints(whole, cited))
        for page, word in ((whole.split("\n", 1)[1], "no row"),
                           (whole + "| 9999 | X | P | `x` |\n", "nowhere"),
                           (whole.replace("relay/smtp", "relay"), "has changed"),
                           ("\n".join(reversed(whole.splitlines())) + "\n", "in the order")):
            [complaint] = rfc_index.complaints(page, cited)
            self.assertIn(word, complaint)
        stale = whole.replace("relay/smtp", "x") + "| 9999 | X | P | `x` |\n"
        self.assertEqual(whole, rfc_index.renewed(stale, cited))

    def test_blanking_keeps_every_place(self):
        text = 'a = 1\'000; // "x\nb = R"x(")x"; /* { */ c = \'"\';'
        code = cpp_source.code_of(text)
        self.assertEqual(len(text), len(code))
        self.assertEqual(text.index("\n"), code.index("\n"))
        self.assertNotIn("{", code)
        self.assertIn("1'000;", code)
        self.assertIn("c =", code)


if __name__ == "__main__":
    unittest.main()
