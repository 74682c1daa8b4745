#include "app/config/action_reader.h"

#include <algorithm>

namespace waybill::app {

using schemas::DropSilently;
using schemas::ForwardTo;
using schemas::RejectWith;
using schemas::ReportsTo;
using schemas::RouteAction;
using schemas::Target;

namespace {

constexpr std::string_view kAnyAction =
    "an address, an array of addresses, { forward = ... }, { reject = \"550 5.7.1 text\" } or "
    "{ drop = true }";
constexpr std::string_view kAddresses = "an address or an array of addresses";

}  // namespace

void ActionReader::expected(const toml::node& at, std::string_view name, std::string_view what) {
  const auto& place = at.source().begin;
  std::string text(name);
  text.append(": expected ").append(what).append(", found ").append(describe(at));
  complaints_.push_back({place.line, place.column, std::move(text)});
}

std::optional<RouteAction> ActionReader::read(const toml::node& node, const std::string& name) {
  if (const auto* table = node.as_table()) {
    if (!table->contains("forward")) return rule(*table, name);
    TomlReader reader(*table, name, complaints_);
    return forward_table(reader, *table, name);
  }
  const auto* array = node.as_array();
  if (!node.is_string() && (array == nullptr || array->empty())) {
    expected(node, name, kAnyAction);
    return std::nullopt;
  }
  return forward(node, name);
}

std::optional<RouteAction> ActionReader::forward_table(TomlReader& reader, const toml::table& table,
                                                       const std::string& name) {
  const std::size_t before = complaints_.size();
  const toml::node& node = *reader.find("forward");
  auto action = forward(node, reader.name("forward"));
  const auto whom = reports_to(reader);
  const auto redact = reader.boolean("redact");
  for (const char* const other : {"reject", "drop"}) {
    if (reader.find(other) == nullptr) continue;
    reader.complain(table.source().begin, name, "expected one of forward, reject and drop");
  }
  reader.no_others();
  if (!action || complaints_.size() > before) return std::nullopt;
  auto& to = std::get<ForwardTo>(*action);
  to.reports_to = whom;
  to.redact = redact;
  return action;
}

std::optional<ReportsTo> ActionReader::reports_to(TomlReader& reader) {
  const auto text = reader.text("bounces");
  if (!text) return std::nullopt;
  if (text->value == schemas::kReportsToSender) return ReportsTo{};
  if (text->value == schemas::kReportsToNobody) return ReportsTo{ReportsTo::Whom::nobody};
  if (text->value.find('@') == std::string_view::npos) {
    reader.expected(*text, "\"sender\", \"absorb\" or the address of the alias's owner");
    return std::nullopt;
  }
  auto owner = target(*text);
  if (!owner) return std::nullopt;
  return ReportsTo{ReportsTo::Whom::owner, std::move(*owner)};
}

std::optional<RouteAction> ActionReader::forward(const toml::node& node, const std::string& name) {
  if (const auto* text = node.as_string()) return forward({{name, &node, text->get()}});
  const auto* array = node.as_array();
  if (array == nullptr || array->empty()) {
    expected(node, name, kAddresses);
    return std::nullopt;
  }
  if (array->size() > schemas::kMaxTargets) {
    expected(node, name, "at most " + std::to_string(schemas::kMaxTargets) + " addresses");
    return std::nullopt;
  }
  std::vector<WrittenText> targets;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::node& element = *array->get(i);
    std::string element_name = name + "[" + std::to_string(i) + "]";
    if (const auto* text = element.as_string()) {
      targets.push_back({std::move(element_name), &element, text->get()});
    } else {
      expected(element, element_name, "an address");
    }
  }
  auto action = forward(targets);
  return targets.size() == array->size() ? std::move(action) : std::nullopt;
}

std::optional<RouteAction> ActionReader::forward(const std::vector<WrittenText>& targets) {
  ForwardTo out;
  for (const WrittenText& text : targets) {
    auto read = target(text);
    if (!read) continue;
    if (std::find(out.targets.begin(), out.targets.end(), *read) != out.targets.end()) {
      expected(*text.node, text.name, "every address once");
    } else {
      out.targets.push_back(std::move(*read));
    }
  }
  if (out.targets.size() < targets.size()) return std::nullopt;
  return out;
}

std::optional<Target> ActionReader::target(const WrittenText& text) {
  const auto target = Target::parse(text.value);
  const auto& place = text.node->source().begin;
  if (!target) {
    complaints_.push_back({place.line, place.column,
                           target.error().in(text.name).why + ", found " + describe(*text.node)});
    return std::nullopt;
  }
  if (own_.contains(target->address().domain())) {
    expected(*text.node, text.name,
             "an address outside of this server's own domains (it would loop)");
    return std::nullopt;
  }
  return *target;
}

std::optional<RouteAction> ActionReader::rule(const toml::table& table, const std::string& name) {
  const std::size_t before = complaints_.size();
  TomlReader reader(table, name, complaints_);
  const toml::node* reject = reader.find("reject");
  const toml::node* drop = reader.find("drop");
  reader.no_others();
  if (complaints_.size() > before) return std::nullopt;
  if ((reject == nullptr) == (drop == nullptr)) {
    const auto& place = table.source().begin;
    const std::string_view found = drop == nullptr ? "neither" : "both";
    complaints_.push_back(
        {place.line, place.column,
         std::string(name).append(": expected either reject or drop, found ").append(found)});
    return std::nullopt;
  }
  const toml::node& value = reject != nullptr ? *reject : *drop;
  const auto* flag = value.as_boolean();
  const bool is_true = flag != nullptr && flag->get();
  if (drop != nullptr) {
    if (is_true) return DropSilently{};
    expected(value, reader.name("drop"), "true");
    return std::nullopt;
  }
  if (is_true) return RejectWith{schemas::default_refusal()};
  const auto* text = value.as_string();
  if (auto reply = text == nullptr ? std::nullopt : schemas::parse_refusal(text->get())) {
    return RejectWith{std::move(*reply)};
  }
  expected(value, reader.name("reject"),
           "a reply \"5xx 5.x.x text\" in ASCII such as \"550 5.7.1 No spam, please\"");
  return std::nullopt;
}

}  // namespace waybill::app
