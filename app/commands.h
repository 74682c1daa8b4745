// The subcommands of `waybill`, one file each. add_x() declares the subcommand x with its options
// on `app` and, when the command line names it, sets `run` to what main() then calls for the exit
// code: 0 done; 1 the answer is no (a digest differs, a check failed); 2 usage or configuration; 3
// the environment failed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace waybill::app {

using Run = std::function<int()>;

inline constexpr int kExitOk = 0;
inline constexpr int kExitNo = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitEnvironment = 3;

void add_serve(CLI::App& app, Run& run);
void add_relay(CLI::App& app, Run& run);
void add_projector(CLI::App& app, Run& run);
void add_topics(CLI::App& app, Run& run);
void add_sink(CLI::App& app, Run& run);
void add_trace(CLI::App& app, Run& run);
void add_views(CLI::App& app, Run& run);
void add_keys(CLI::App& app, Run& run);
void add_check(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);

}  // namespace waybill::app
