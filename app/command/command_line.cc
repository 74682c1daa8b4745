#include "app/command/command_line.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <sstream>

namespace waybill::app {
namespace {

// An answer that did not reach its file or pipe is none, whatever it said.
int written(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "waybill: the output could not be written: %s\n", std::strerror(errno));
  return code == kExitOk ? kExitEnvironment : code;
}

// "TEXT:{mailbox,exact}" (generate_set()): the words.
std::vector<std::string> words_of(const std::string& type) {
  std::vector<std::string> out;
  const std::size_t open = type.find(":{");
  if (open == std::string::npos || !type.ends_with('}')) return out;
  std::istringstream words(type.substr(open + 2, type.size() - open - 3));
  for (std::string word; std::getline(words, word, ',');) out.push_back(word);
  return out;
}

OptionNode node_of(const CLI::Option& option) {
  OptionNode out;
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  if (option.get_positional()) out.position = option.get_name(true);
  out.what = option.get_description();
  if (option.get_items_expected_max() > 0) {
    const std::string type = option.get_type_name();
    out.value = type.substr(0, type.find(':', type.starts_with("IP:") ? 3 : 0));
    out.words = words_of(type);
  }
  out.standard = option.get_default_str();
  out.required = option.get_required();
  out.repeatable = option.get_items_expected_max() > 1;
  return out;
}

CommandNode node_of(const CLI::App& command) {
  CommandNode out;
  out.name = command.get_name();
  out.what = command.get_description();
  out.footer = command.get_footer();
  for (const CLI::Option* option : command.get_options()) out.options.push_back(node_of(*option));
  for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; })) {
    out.commands.push_back(node_of(*one));
  }
  return out;
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

Option& Option::proposes(std::vector<std::string> words) {
  option_->check(
      CLI::Validator([](std::string&) { return std::string(); }, CLI::detail::generate_set(words)));
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

Option Command::add_flag(const char* names, bool& into, const char* what) {
  return Option(app_->add_flag(names, into, what));
}

void Command::needs_one_of(std::vector<Option> options, const char* what) {
  app_->parse_complete_callback([options = std::move(options), what] {
    for (const Option& option : options) {
      if (option.given()) return;
    }
    throw CLI::RequiredError(what);
  });
}

CommandNode Command::tree() const { return node_of(*app_); }

void Command::footer(const char* text) { app_->footer(text); }

void Command::runs(Run run) {
  app_->final_callback([into = run_, run = std::move(run)] { *into = run; });
}

CommandLine::CommandLine(const char* what, const char* version)
    : app_(std::make_unique<CLI::App>(what, "waybill")) {
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
