// What a transport over HTTP makes of records: reads them from standard input, a line of JSON each
// ({"id", "kind", "body"}; body is a text), sends them in one batch, waits for what is open, and
// says what became of each in a line of its own ({"id", "fate", "why"}), and at last of all
// ({"grade", "trouble", "why", "unnamed_refusals"}).
//   sink_http bulk URL STREAM | hec URL TOKEN | otlp URL | webhook URL SECRET   <records
//   sink_http template opensearch|elasticsearch
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "runtime/asio_clock.h"
#include "runtime/chance.h"
#include "schemas/kind.h"
#include "stream/transport/bulk.h"
#include "stream/transport/hec.h"
#include "stream/transport/index_template.h"
#include "stream/transport/otlp.h"
#include "stream/transport/webhook.h"

namespace {

using namespace waybill;
namespace json = boost::json;
using Made = runtime::Explained<std::unique_ptr<stream::Transport>>;

constexpr auto kPatience = std::chrono::seconds(60);

Made made(const std::vector<std::string>& words, const runtime::Clock& clock,
          runtime::Chance& chance) {
  const std::string& name = words.at(0);
  const stream::HttpWaySettings way{.url = words.at(1), .gzip = name != "webhook"};
  if (name == "bulk") return stream::make_bulk({.way = way, .data_stream = words.at(2)}, clock);
  if (name == "hec") return stream::make_hec({.way = way, .token = words.at(2)}, clock, chance);
  if (name == "otlp") return stream::make_otlp({.way = way}, clock);
  const auto secret = stream::WebhookSecret::parse(words.at(2));
  if (!secret) return secret.error();
  return stream::make_webhook(
      {.way = way, .secrets = {*secret}, .allow_private = {"127.0.0.0/8", "::1"}}, clock);
}

std::vector<stream::Record> records_of(std::istream& input) {
  std::vector<stream::Record> out;
  for (std::string line; std::getline(input, line);) {
    const json::value value = json::parse(line);
    stream::Record& record = out.emplace_back();
    record.id = value.at("id").as_string();
    record.body = value.at("body").as_string();
    record.time = runtime::AsioClock().wall();
    for (const auto& kind : schemas::kKinds) {
      if (kind.word == std::string_view(value.at("kind").as_string())) record.kind = kind.word;
    }
  }
  return out;
}

std::string_view word(stream::Fate fate) {
  constexpr std::string_view kWords[] = {"confirmed", "repeat", "open", "again", "refused"};
  return kWords[static_cast<std::size_t>(fate)];
}

std::string_view word(stream::Trouble trouble) {
  constexpr std::string_view kWords[] = {"none", "weather", "batch", "setup"};
  return kWords[static_cast<std::size_t>(trouble)];
}

void say(const json::object& object) { std::cout << json::serialize(object) << "\n"; }

int send(stream::Transport& transport, const std::vector<stream::Record>& records,
         const runtime::Clock& clock) {
  stream::Outcome outcome = transport.send(records, clock.now() + kPatience);
  const auto confirmed = transport.confirm(clock.now() + kPatience);
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto& record = outcome.records[i];
    if (record.fate == stream::Fate::open) {
      record.fate = confirmed && *confirmed ? stream::Fate::confirmed : stream::Fate::again;
    }
    say({{"id", records[i].id}, {"fate", word(record.fate)}, {"why", record.why}});
  }
  say({{"grade", word(transport.grade())},
       {"trouble", word(outcome.trouble)},
       {"why", outcome.why.why},
       {"unnamed_refusals", outcome.unnamed_refusals}});
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() < 2) return 2;
  if (words[0] == "template") {
    std::cout << stream::index_template(words[1] == "opensearch"
                                            ? stream::SearchProduct::opensearch
                                            : stream::SearchProduct::elasticsearch);
    return 0;
  }
  const runtime::AsioClock clock;
  const auto chance = runtime::system_chance();
  const auto transport = made(words, clock, *chance);
  if (!transport) {
    std::cerr << transport.error().why << "\n";
    return 1;
  }
  const auto records = records_of(std::cin);
  return records.empty() ? 2 : send(**transport, records, clock);
}
