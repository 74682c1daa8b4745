#include "app/command/command_line.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace waybill::app {
namespace {

// An answer that did not reach its file or pipe is none, whatever it said.
int written(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "waybill: the output could not be written: %s\n", std::strerror(errno));
  return code == kExitOk ? kExitEnvironment : code;
}

}  // namespace

int fail(const std::string& what) {
  std::fprintf(stderr, "waybill: %s\n", what.c_str());
  return kExitEnvironment;
}

Option& Option::shows_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::type_name(const char* name) {
  option_->type_name(name);
  return *this;
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::one_of(std::vector<std::string> words) {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

Option& Option::between(std::int64_t least, std::int64_t most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::check(std::string (*complaint)(const std::string&)) {
  option_->check(CLI::Validator([complaint](std::string& text) { return complaint(text); }, ""));
  return *this;
}

Option& Option::one_value_each_time() {
  option_->allow_extra_args(false);
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

bool Option::given() const { return option_->count() > 0; }

Command Command::add_command(const char* name, const char* what) {
  return {app_->add_subcommand(name, what), run_};
}

void Command::needs_subcommand() { app_->require_subcommand(1); }

Option Command::add(const char* names, std::string& into, const char* what) {
  return Option(app_->add_option(names, into, what));
}

Option Command::add(const char* names, std::vector<std::string>& into, const char* what) {
  return Option(app_->add_option(names, into, what));
}

Option Command::add(const char* names, std::uint64_t& into, const char* what) {
  return Option(app_->add_option(names, into, what));
}

Option Command::add(const char* names, int& into, const char* what) {
  return Option(app_->add_option(names, into, what));
}

void Command::add_flag(const char* names, bool& into, const char* what) {
  app_->add_flag(names, into, what);
}

void Command::needs_one_of(std::vector<Option> options, const char* what) {
  app_->parse_complete_callback([options = std::move(options), what] {
    for (const Option& option : options) {
      if (option.given()) return;
    }
    throw CLI::RequiredError(what);
  });
}

void Command::footer(const char* text) { app_->footer(text); }

void Command::runs(Run run) {
  app_->final_callback([into = run_, run = std::move(run)] { *into = run; });
}

CommandLine::CommandLine(const char* what, const char* version)
    : app_(std::make_unique<CLI::App>(what)) {
  app_->set_version_flag("--version", version);
  app_->require_subcommand(1);
  app_->failure_message(CLI::FailureMessage::help);
}

CommandLine::~CommandLine() = default;

Command CommandLine::root() { return {app_.get(), &run_}; }

int CommandLine::run(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::Success& asked) {
    const int code = app_->exit(asked);
    std::cout.flush();
    return written(code);
  } catch (const CLI::ParseError& wrong) {
    const bool none = argc > 1 && argv[1][0] != '-' && app_->get_subcommands().empty();
    if (none) {
      std::fprintf(stderr, "waybill: there is no command %s\n", argv[1]);
    } else {
      std::fprintf(stderr, "waybill: %s\n", wrong.what());
    }
    std::fprintf(stderr, "Try: waybill --help\n");
    return kExitUsage;
  }
  return written(run_());
}

}  // namespace waybill::app
