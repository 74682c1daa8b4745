// Gather: one question put to every partition that can know the answer: those of this process by
// their views, the others by their owners over HTTP (peers.h). What could not be asked is named in
// the answer, never left out in silence.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "http/handler.h"
#include "http/problem.h"
#include "http/request.h"
#include "query/as_of.h"
#include "query/peer_parts.h"
#include "query/sources.h"

namespace waybill::query {

struct Inquiry {
  // The one partition that can know; nullopt: any.
  std::optional<std::uint32_t> partition;
  // Takes what the views of one partition say. Errc::not_found: they know nothing of it.
  std::function<runtime::Result<void>(const LocalPartition&)> ask;
  // The code of a 409 that is the answer, whoever gives it; empty: none is.
  std::string_view refused{};
  // Takes what another server says. False: it is no answer to the question.
  std::function<bool(PeerSaid)> take;
};

// An inquiry whose parts are put to `parts`, which outlives it.
template <class Part, class Ask, class Read>
Inquiry inquiry_into(std::vector<Part>& parts, Ask ask, Read read) {
  Inquiry inquiry;
  inquiry.ask = [&parts, ask = std::move(ask)](const LocalPartition& local) {
    runtime::Result<Part> part = ask(local);
    if (!part) return runtime::Result<void>(part.error());
    parts.push_back(std::move(*part));
    return runtime::Result<void>();
  };
  inquiry.take = [&parts, read = std::move(read)](PeerSaid said) {
    std::optional<Part> part = read(std::move(said));
    if (part) parts.push_back(std::move(*part));
    return part.has_value();
  };
  return inquiry;
}

// The question names more than is followed (projector/history.h).
inline constexpr char kTooManyTerms[] = "too_many_terms";
// Its answer would be a sum of more rows than are read (figures.h).
inline constexpr char kTooMuchToCount[] = "too_much_to_count";

struct Gathered {
  AsOf as_of;
  bool refused = false;  // by another server, as the inquiry has it
  // There is no answer to be made of the parts: a store failed, or no partition could be asked.
  std::optional<http::Problem> problem;
};

// Blocks: call it in a Read.
Gathered gather(const Sources& sources, const http::Request& request, const Inquiry& inquiry);

// `read` calls gather() with this inquiry's partition: it waits for peers where what it asks about
// may be with them.
http::Plan plan_read(const Sources& sources, const http::Request& request,
                     std::optional<std::uint32_t> partition, http::Read read);

// Lines that a connection's thread reads before it answers another connection: about a millisecond.
inline constexpr std::size_t kMostQuickLines = 100;

// The same for a read that a few rows answer, as a rule in memory: it is given the sources to ask.
// `lines`: of each partition, at most.
http::Plan plan_quick_read(const Sources& sources, const http::Request& request,
                           std::optional<std::uint32_t> partition, std::size_t lines,
                           std::function<http::Response(const Sources&)> read);

// The sources, able to answer such reads at once where they can.
std::shared_ptr<const Sources> with_at_once(Sources sources);

// For the record of who asked: so many lines, as fresh as that, of a domain of ours (empty: of none
// that is known).
http::Shown shown_of(std::uint64_t rows, const AsOf& as_of, std::string domain);

// The views could not be read.
http::Problem unreadable(const runtime::Error& error);

// Nothing was found. That is the answer (404) where every partition was asked; else nobody knows.
http::Problem nothing_found(std::string detail, Gathered gathered);

}  // namespace waybill::query
