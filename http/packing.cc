#include "http/packing.h"

#include <span>
#include <string>
#include <utility>

#include "http/choice.h"
#include "runtime/crypto.h"
#include "runtime/gzip.h"
#include "runtime/hex.h"
#include "runtime/zstd.h"

namespace waybill::http {
namespace {

// Of a digest, in an ETag: as many as nobody finds two answers for by chance.
constexpr std::size_t kTagOctets = 16;

void encode(Response& response, Coding coding) {
  if (response.body.size() < kWorthPacking) return;
  // RFC 9110 12.5.5: whoever keeps answers for others keeps these apart.
  response.fields.emplace_back("Vary", "Accept-Encoding");
  switch (coding) {
    case Coding::identity: return;
    case Coding::gzip:
      response.body = runtime::gzip(response.body);
      response.fields.emplace_back("Content-Encoding", "gzip");
      return;
    case Coding::zstd:
      response.body = runtime::zstd(response.body);
      response.fields.emplace_back("Content-Encoding", "zstd");
      return;
  }
}

void tag(Response& response, std::string_view if_none_match) {
  const runtime::Digest digest = runtime::sha256(response.body);
  const std::string etag = '"' + runtime::hex(std::span(digest).first(kTagOctets)) + '"';
  response.fields.emplace_back("ETag", etag);
  if (!has_already(if_none_match, etag)) return;
  response.status = 304;
  response.body.clear();
  // RFC 9110 15.4.5: what tells how the content comes is of no use without it.
  std::erase_if(response.fields,
                [](const auto& field) { return field.first == "Content-Encoding"; });
}

// How a client reads answers, and which it has.
class Packer {
 public:
  explicit Packer(const Request& request)
      // RFC 9110 13.1.2: of other methods it would be a condition for doing anything.
      : is_read_(request.method == "GET" || request.method == "HEAD"),
        coding_(coding_of(request.field("Accept-Encoding"))),
        if_none_match_(request.field("If-None-Match")) {}

  bool packs() const { return coding_ != Coding::identity; }

  Answer operator()(Answer answer) const {
    auto* const response = std::get_if<Response>(&answer);
    if (response == nullptr) return answer;
    encode(*response, coding_);
    const bool has_tag = is_read_ && response->status == 200 && !response->shown.tells_a_moment;
    if (has_tag) tag(*response, if_none_match_);
    return answer;
  }

 private:
  bool is_read_;
  Coding coding_;
  std::string if_none_match_;
};

void pack(Read& read, const Packer& packer) {
  read = [read = std::move(read), packer] { return packer(read()); };
}

void pack(QuickRead& quick, const Packer& packer) {
  quick.at_once = [at_once = std::move(quick.at_once), packer] {
    auto answer = at_once();
    return answer ? std::optional(packer(std::move(*answer))) : std::nullopt;
  };
  pack(quick.read, packer);
}

}  // namespace

void pack(Plan& plan, const Request& request) {
  const Packer packer(request);
  if (auto* const quick = std::get_if<QuickRead>(&plan)) {
    if (packer.packs()) {
      plan = Read(std::move(quick->read));
    } else {
      pack(*quick, packer);
    }
  }
  if (auto* const read = std::get_if<Read>(&plan)) pack(*read, packer);
  if (auto* const remote = std::get_if<RemoteRead>(&plan)) pack(remote->read, packer);
  if (auto* const delayed = std::get_if<DelayedRead>(&plan)) pack(delayed->read, packer);
}

}  // namespace waybill::http
