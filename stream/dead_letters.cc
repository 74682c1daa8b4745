#include "stream/dead_letters.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "schemas/event.h"

namespace waybill::stream {
namespace {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

std::string line_of(const DeadLetter& letter, runtime::WallTime now) {
  json::object out;
  out["time"] = schemas::rfc3339(now);
  out["partition"] = letter.at.partition;
  out["index"] = letter.at.index.value();
  if (!letter.event_id.empty()) out["event_id"] = letter.event_id;
  if (!letter.kind.empty()) out["kind"] = letter.kind;
  out["why"] = letter.why;
  if (!letter.record.empty()) out["record"] = letter.record;
  return json::serialize(out) + "\n";
}

std::optional<std::uint64_t> number(const json::object& of, std::string_view name) {
  const json::value* const value = of.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

Explained<void> DeadLetters::add(const std::vector<DeadLetter>& letters) {
  std::string lines;
  for (const DeadLetter& letter : letters) lines += line_of(letter, clock_.wall());
  if (octets() + lines.size() > kMostDeadLetters) {
    return Failure{Errc::limit_exceeded,
                   path_ +
                       " is full: look at what the receiver refuses, mend that, and `waybill "
                       "sink retry` sends them again"};
  }
  return runtime::append_lines(path_, lines);
}

Explained<std::vector<EventSpot>> DeadLetters::parse(std::string_view octets) {
  std::vector<EventSpot> out;
  for (std::size_t line = 1; !octets.empty(); ++line) {
    const std::size_t end = octets.find('\n');
    if (end == std::string_view::npos) break;  // cut by a crash: it comes again
    boost::system::error_code error;
    const json::value value = json::parse(octets.substr(0, end), error);
    octets.remove_prefix(end + 1);
    const json::object* const letter = error ? nullptr : value.if_object();
    const auto partition = letter == nullptr ? std::nullopt : number(*letter, "partition");
    const auto index = letter == nullptr ? std::nullopt : number(*letter, "index");
    if (!partition || !index || *partition > UINT32_MAX) {
      return Failure{Errc::invalid, "line " + std::to_string(line) + " is no dead letter"};
    }
    out.push_back({static_cast<std::uint32_t>(*partition), schemas::EventIndex(*index)});
  }
  return out;
}

Explained<std::vector<EventSpot>> DeadLetters::to_retry() const {
  const auto octets = runtime::read_file(retry_);
  if (!octets && octets.error() == Errc::not_found) return std::vector<EventSpot>();
  if (!octets) return octets.error();
  auto letters = parse(*octets);
  if (!letters) {
    const std::string aside = retry_ + ".bad";
    if (auto moved = runtime::rename_file(retry_, aside); !moved) return moved.error();
    return letters.error().in(aside);
  }
  if (letters->empty()) {
    if (auto gone = remove_retry(); !gone) return gone.error();
  }
  return letters;
}

Explained<void> DeadLetters::retried() { return remove_retry(); }

Explained<void> DeadLetters::remove_retry() const {
  std::error_code error;
  std::filesystem::remove(retry_, error);
  if (!error) return {};
  return Failure{Errc::io_error, "cannot remove " + retry_ + ": " + error.message()};
}

std::uint64_t DeadLetters::octets() const { return size_of(path_); }

Explained<void> ask_to_retry(const std::string& path) {
  const std::string retry = path + ".retry";
  std::error_code error;
  if (std::filesystem::exists(retry, error)) {
    return Failure{Errc::refused, "those of before are being sent again, and not settled yet"};
  }
  if (!std::filesystem::exists(path, error)) {
    return Failure{Errc::not_found, "there are no dead letters"};
  }
  return runtime::rename_file(path, retry);
}

}  // namespace waybill::stream
