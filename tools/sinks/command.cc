// waybill sink: what people want to know of the ways to a SIEM before events go there.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "app/command/command_line.h"
#include "app/command/config_file.h"
#include "runtime/version.h"
#include "schemas/kind.h"
#include "stream/dead_letters.h"
#include "stream/transport/index_template.h"
#include "tools/commands.h"
#include "tools/sinks/samples.h"

namespace waybill::tools {
namespace {

struct SampleOptions {
  std::string format;
  std::string kind;
};

std::vector<std::string> format_words() {
  std::vector<std::string> out;
  for (const stream::Format format : stream::kFormats) out.emplace_back(word(format));
  return out;
}

const std::vector<std::string> kProducts = {"opensearch", "elasticsearch"};

std::vector<std::string> kind_words() {
  std::vector<std::string> out;
  for (const schemas::KindTraits& kind : schemas::kKinds) out.emplace_back(kind.word);
  return out;
}

int print_samples(const SampleOptions& options) {
  const stream::Format format = *stream::find_format(options.format);
  for (const std::string& record : sample_records(format, options.kind, runtime::kRelease)) {
    std::printf("%s\n", record.c_str());
  }
  return app::kExitOk;
}

// Their events are sent again by the sink that runs, within moments.
int retry(const app::ConfigFile& file, const std::string& name) {
  const auto config = app::read_or_complain(file);
  if (!config) return app::kExitUsage;
  const bool is_known = std::any_of(config->sinks.begin(), config->sinks.end(),
                                    [&](const app::SinkConfig& one) { return one.name == name; });
  if (!is_known) {
    std::fprintf(stderr, "waybill: no sink of %s is called \"%s\"\n", file.path.c_str(),
                 name.c_str());
    return app::kExitUsage;
  }
  const std::string dead = app::sink_file(*config, name, app::kDeadSuffix);
  const auto asked = stream::ask_to_retry(dead);
  if (!asked) {
    std::fprintf(stderr, "waybill: %s: %s\n", dead.c_str(), asked.error().why.c_str());
    return app::kExitNo;
  }
  std::printf(
      "The sink takes them up as soon as it has sent what it is at; what is refused again "
      "comes back to\n%s\n",
      dead.c_str());
  return app::kExitOk;
}

int print_template(const std::string& product) {
  const auto of = product == kProducts[0] ? stream::SearchProduct::opensearch
                                          : stream::SearchProduct::elasticsearch;
  std::printf("PUT %s\n%s\n\nPUT %s\n%s\n", std::string(stream::template_path()).c_str(),
              stream::index_template(of).c_str(), std::string(stream::policy_path(of)).c_str(),
              stream::lifecycle_policy(of).c_str());
  return app::kExitOk;
}

}  // namespace

void add_sink(app::Command root) {
  app::Command sink = root.add_command("sink", "See what is sent to a SIEM");
  sink.needs_subcommand();
  auto options = std::make_shared<SampleOptions>();
  app::Command sample = sink.add_command(
      "sample", "Print a record of each kind of event, as a sink of that format sends it");
  sample.add("--format", options->format, "In whose words").one_of(format_words()).required();
  sample.add("--kind", options->kind, "Of this kind alone").one_of(kind_words());
  sample.footer(
      "A parser or a dashboard can be built on these before any mail has come.\n"
      "What each field means: docs/sinks.md.");
  sample.runs([options] { return print_samples(*options); });

  struct RetryOptions {
    app::ConfigFile file;
    std::string name;
  };
  auto retried = std::make_shared<RetryOptions>();
  app::Command again = sink.add_command(
      "retry",
      "Have a sink that runs send its dead letters again, once what refused them is mended");
  app::add_options(again, retried->file);
  again.add("name", retried->name, "Of the sink, as [[sinks]] has it").required();
  again.runs([retried] { return retry(retried->file, retried->name); });

  auto product = std::make_shared<std::string>(kProducts[0]);
  app::Command pattern = sink.add_command(
      "template", "Print the index template and the lifecycle that a sink of _bulk writes under");
  pattern.add("--for", *product, "Of which product").one_of(kProducts);
  pattern.footer("Put both there before the sink begins: without them the receiver would guess.");
  pattern.runs([product] { return print_template(*product); });
}

}  // namespace waybill::tools
