#include "stream/cursor_file.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "runtime/crypto.h"
#include "runtime/durable_file.h"
#include "runtime/hex.h"

namespace waybill::stream {
namespace {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

constexpr std::size_t kCheckOctets = 8;

json::object cursor_json(const Cursor& places) {
  json::object out;
  for (const auto& [partition, place] : places) {
    json::object one;
    one["next"] = place.next.value();
    if (!place.after.empty()) one["after"] = place.after;
    out[std::to_string(partition)] = std::move(one);
  }
  return out;
}

std::string check_of(const json::object& places) {
  const auto digest = runtime::sha256(json::serialize(places));
  return runtime::hex(std::span(digest).first(kCheckOctets));
}

std::optional<std::uint32_t> partition_of(std::string_view text) {
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

Failure no_cursor() {
  return {Errc::invalid,
          "it is no cursor of a sink: without the file the sink begins as a new one does"};
}

}  // namespace

Explained<Cursor> parse_cursor_file(std::string_view octets) {
  boost::system::error_code error;
  const json::value value = json::parse(octets, error);
  const json::object* const file = error ? nullptr : value.if_object();
  const json::value* const said = file == nullptr ? nullptr : file->if_contains("places");
  const json::object* const places = said == nullptr ? nullptr : said->if_object();
  if (places == nullptr) return no_cursor();
  Cursor out;
  for (const auto& [name, said_place] : *places) {
    const auto partition = partition_of(name);
    const json::object* const place = said_place.if_object();
    const json::value* const next = place == nullptr ? nullptr : place->if_contains("next");
    if (!partition || next == nullptr) return no_cursor();
    CursorPlace& one = out[*partition];
    one.next = schemas::EventIndex(next->to_number<std::uint64_t>(error));
    if (error) return no_cursor();
    const json::value* const after = place->if_contains("after");
    if (after != nullptr && after->is_string()) one.after = after->get_string();
  }
  const json::value* const check = file->if_contains("check");
  const bool is_whole =
      check != nullptr && check->is_string() && check->get_string() == check_of(cursor_json(out));
  if (!is_whole) return no_cursor();
  return out;
}

Explained<std::optional<Cursor>> read_cursor_file(const std::string& path) {
  const auto octets = runtime::read_file(path);
  if (!octets && octets.error() == Errc::not_found) return std::optional<Cursor>();
  if (!octets) return octets.error();
  auto places = parse_cursor_file(*octets);
  if (!places) return places.error().in(path);
  return std::optional(std::move(*places));
}

Explained<void> write_cursor_file(const std::string& path, const Cursor& places) {
  json::object out;
  out["places"] = cursor_json(places);
  out["check"] = check_of(cursor_json(places));
  return runtime::replace_file(path, json::serialize(out) + "\n");
}

}  // namespace waybill::stream
