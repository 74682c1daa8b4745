// [[sinks]]: where events go besides (docs/sinks.md).

#include <algorithm>
#include <charconv>

#include "app/config/quantity.h"
#include "app/config/sections.h"
#include "runtime/ascii.h"
#include "runtime/http_base.h"
#include "schemas/address.h"
#include "schemas/field_shape.h"

namespace waybill::app {
namespace {

namespace pb = schemas::pb;

constexpr std::size_t kMostSinkName = 64;
// RFC 5425 4.3.1: what a receiver has to take; and what no line of a log should exceed.
constexpr std::uint64_t kLeastRecord = 1'024;
constexpr std::uint64_t kMostRecord = 1 << 20;

// It is a file's name, a label of metrics and a consumer group of Kafka.
bool is_sink_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostSinkName &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return runtime::ascii::is_alphanumeric(c) || c == '-' || c == '_';
         });
}

// "tls://siem.example:6514"
bool read_socket(std::string_view text, SinkConfig& sink) {
  constexpr std::pair<std::string_view, SinkWire> kSchemes[] = {
      {"tls://", SinkWire::tls}, {"tcp://", SinkWire::tcp}, {"udp://", SinkWire::udp}};
  const auto scheme = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                   [&](const auto& one) { return text.starts_with(one.first); });
  if (scheme == std::end(kSchemes)) return false;
  if (scheme->second == SinkWire::udp && sink.transport == SinkTransport::relp) return false;
  sink.wire = scheme->second;
  text.remove_prefix(scheme->first.size());
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  sink.host = host;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), sink.port);
  const bool is_whole = error == std::errc() && end == port.data() + port.size();
  return is_whole && sink.port > 0 && sink.host.find('/') == std::string::npos;
}

bool speaks_http(SinkTransport transport) {
  switch (transport) {
    case SinkTransport::file:
    case SinkTransport::relp:
    case SinkTransport::syslog: return false;
    case SinkTransport::bulk:
    case SinkTransport::hec:
    case SinkTransport::otlp:
    case SinkTransport::webhook: return true;
  }
  return false;
}

bool is_web_target(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || text.find('#') != std::string_view::npos) return false;
  const std::string_view base = text.substr(0, text.find_first_of("/?", scheme + 3));
  return runtime::HttpBase::parse(base).has_value();
}

// What receivers of each know without being told.
stream::Format usual_format(SinkTransport transport) {
  switch (transport) {
    case SinkTransport::file:
    case SinkTransport::webhook: return stream::Format::waybill;
    case SinkTransport::relp:
    case SinkTransport::syslog: return stream::Format::cef;
    case SinkTransport::bulk: return stream::Format::ecs;
    case SinkTransport::hec: return stream::Format::cim;
    case SinkTransport::otlp: return stream::Format::ocsf;
  }
  return stream::Format::waybill;
}

void read_to(TomlReader& reader, SinkConfig& sink) {
  const auto to = reader.text("to");
  if (!to) return reader.lacks("to", "where the records go");
  sink.to = to->value;
  if (sink.transport == SinkTransport::file) return;
  if (speaks_http(sink.transport)) {
    if (is_web_target(to->value)) return;
    return reader.expected(*to,
                           "\"https://host:port\", and a path where there is one, without a "
                           "user and without #");
  }
  if (read_socket(to->value, sink)) return;
  reader.expected(*to, sink.transport == SinkTransport::relp
                           ? "\"tls://host:port\" or \"tcp://host:port\""
                           : "\"tls://host:port\", \"tcp://host:port\" or \"udp://host:port\"");
}

void read_format(TomlReader& reader, SinkConfig& sink) {
  sink.format = usual_format(sink.transport);
  const auto format = reader.text("format");
  if (!format) return;
  const stream::Format* const known = stream::find_format(format->value);
  if (known == nullptr) {
    return reader.expected(*format, "\"waybill\", \"ocsf\", \"ecs\", \"cef\", \"leef\" or \"cim\"");
  }
  sink.format = *known;
  const bool needs_json =
      sink.transport == SinkTransport::bulk || sink.transport == SinkTransport::webhook;
  if (needs_json && !stream::is_json(*known)) {
    reader.expected(*format, "a format of JSON, which this transport needs");
  }
}

void read_max_record(TomlReader& reader, SinkConfig& sink) {
  const auto size = reader.text("max_record");
  if (!size) return;
  const auto octets = parse_octets(size->value);
  if (!octets || *octets < kLeastRecord || *octets > kMostRecord) {
    return reader.expected(*size, "a size from \"1 KiB\" to \"1 MiB\"");
  }
  sink.max_record = *octets;
}

void read_filter(TomlReader& reader, stream::Filter& filter) {
  for (const WrittenText& one : reader.texts("kinds")) {
    const auto kind = std::find_if(schemas::kKinds.begin(), schemas::kKinds.end(),
                                   [&](const auto& row) { return row.word == one.value; });
    if (kind != schemas::kKinds.end()) {
      filter.kinds.insert(kind->kind);
    } else {
      reader.expected(one, "a kind of event, such as \"bounced\"");
    }
  }
  for (const WrittenText& one : reader.texts("domains")) {
    if (auto domain = schemas::normalise_domain(one.value)) {
      filter.domains.insert(std::move(*domain));
    } else {
      reader.expected(one, "a domain of ours");
    }
  }
  for (const WrittenText& one : reader.texts("classes")) {
    const auto& words = *pb::BounceClass_descriptor();
    int number = 0;
    for (int i = 1; i < words.value_count(); ++i) {
      if (schemas::word_of(*words.value(i)) == one.value) number = words.value(i)->number();
    }
    if (number != 0) {
      filter.bounce_classes.insert(static_cast<pb::BounceClass>(number));
    } else {
      reader.expected(one, "a class of reports, such as \"hard\"");
    }
  }
  for (const WrittenText& one : reader.texts("rules")) filter.rules.emplace(one.value);
}

void read_fields(TomlReader& reader, SinkConfig& sink) {
  for (const auto& [key, rule] :
       {std::pair("drop", stream::FieldRule::drop), std::pair("hash", stream::FieldRule::hash)}) {
    for (const WrittenText& field : reader.texts(key)) {
      sink.fields.emplace_back(field.value, rule);
      // The key's file is read at the start: any key does here.
      const std::string some_key(stream::FieldPolicy::kMinKey, 'k');
      const auto fits = stream::FieldPolicy::make({sink.fields.back()}, some_key);
      if (!fits) {
        reader.expected(field, "a field that can be told so (docs/sinks.md): " + fits.error().why);
      }
    }
  }
  read_path(reader, "hash_key_file", sink.hash_key_file);
  if (reader.find("hash") != nullptr && sink.hash_key_file.empty()) {
    reader.lacks("hash_key_file", "a file with the key of the hashes");
  }
}

void read_secrets(TomlReader& reader, SinkConfig& sink) {
  for (const WrittenText& file : reader.texts("secret_file")) {
    sink.secret_files.emplace_back(file.value);
  }
  const std::size_t most = sink.transport == SinkTransport::webhook ? 2 : 1;
  const bool needs_one =
      sink.transport == SinkTransport::webhook || sink.transport == SinkTransport::hec;
  if (sink.secret_files.size() > most) {
    reader.expected(*reader.find("secret_file"), reader.name("secret_file"),
                    most == 1 ? "one file" : "one file or two, the newest first");
  }
  if (needs_one && sink.secret_files.empty()) {
    reader.lacks("secret_file", "the file with what the receiver knows us by");
  }
  if (const auto user = reader.text("user")) sink.user = user->value;
  if (!sink.user.empty() && sink.secret_files.empty()) {
    reader.lacks("secret_file", "the file with the password");
  }
}

SinkConfig read_sink(TomlReader& reader) {
  SinkConfig sink;
  if (const auto name = reader.text("name"); !name) {
    reader.lacks("name", "a name");
  } else if (is_sink_name(name->value)) {
    sink.name = name->value;
  } else {
    reader.expected(*name, "up to 64 letters, digits, \"-\" and \"_\"");
  }
  const auto transport = reader.choice("transport", kSinkTransports);
  if (transport) {
    sink.transport = static_cast<SinkTransport>(*transport);
  } else if (reader.find("transport") == nullptr) {
    reader.lacks("transport",
                 "one of \"file\", \"relp\", \"syslog\", \"bulk\", \"hec\", \"otlp\" "
                 "and \"webhook\"");
  }
  read_to(reader, sink);
  read_path(reader, "ca", sink.ca);
  if (const auto name = reader.text("server_name")) sink.server_name = name->value;
  read_path(reader, "certificate", sink.own.chain);
  read_path(reader, "key", sink.own.key);
  if (sink.own.chain.empty() != sink.own.key.empty()) {
    reader.lacks(sink.own.key.empty() ? "key" : "certificate", "a file beside the other");
  }
  read_secrets(reader, sink);
  if (const auto index = reader.text("index")) sink.index = index->value;
  if (const auto proxy = reader.text("proxy")) sink.proxy = proxy->value;
  sink.gzip = reader.boolean("gzip").value_or(false);
  for (const WrittenText& one : reader.texts("allow_private")) {
    sink.allow_private.emplace_back(one.value);
  }
  read_format(reader, sink);
  read_max_record(reader, sink);
  read_filter(reader, sink.filter);
  read_fields(reader, sink);
  constexpr std::array<std::string_view, 2> kBegins = {"end", "start"};
  sink.from_start = reader.choice("begin", kBegins) == std::size_t{1};
  return sink;
}

}  // namespace

std::string shown_target(const SinkConfig& sink) {
  if (!speaks_http(sink.transport)) return sink.to;
  const std::size_t scheme = sink.to.find("://") + 3;
  const std::size_t end = std::min(sink.to.find_first_of("/?#", scheme), sink.to.size());
  const std::size_t user = sink.to.substr(0, end).rfind('@');
  const std::size_t host = user == std::string::npos ? scheme : user + 1;
  return sink.to.substr(0, scheme) + sink.to.substr(host, end - host);
}

std::vector<SinkConfig> read_sinks(const toml::node& node, std::vector<Complaint>& complaints) {
  TomlReader none(toml::table(), "", complaints);
  std::vector<SinkConfig> out;
  const toml::array* const array = node.as_array();
  const bool is_list = array != nullptr && std::all_of(array->begin(), array->end(),
                                                       [](auto& one) { return one.is_table(); });
  if (!is_list) {
    none.expected(node, "sinks", "[[sinks]], a table for each");
    return out;
  }
  if (array->size() > kMostSinks) {
    none.expected(node, "sinks", std::to_string(kMostSinks) + " sinks at most");
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::table& table = *(*array)[i].as_table();
    TomlReader reader(table, "sinks[" + std::to_string(i) + "]", complaints);
    SinkConfig sink = read_sink(reader);
    reader.no_others();
    const bool is_twice = std::any_of(out.begin(), out.end(), [&](const SinkConfig& other) {
      return !sink.name.empty() && other.name == sink.name;
    });
    if (is_twice) reader.expected(*table.get("name"), reader.name("name"), "a name of its own");
    out.push_back(std::move(sink));
  }
  return out;
}

}  // namespace waybill::app
