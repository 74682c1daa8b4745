#include "stream/transport/bulk.h"

#include "runtime/hex.h"
#include "stream/transport/bulk_answer.h"
#include "stream/transport/sendable.h"

namespace waybill::stream {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;

namespace {

constexpr std::size_t kMaxDocumentId =
    512;  // octets; the receiver refuses the request of a longer one
// The answer to 1,000 documents is 250 KB without it.
constexpr std::string_view kFilter =
    "/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,"
    "items.*.error.caused_by.reason";

std::string document_fault(const Record& record) {
  if (record.id.size() > kMaxDocumentId) return "the record's id is longer than 512 octets";
  return json_fault(record);
}

// HTTP 400 of an item for what is no fault of the document: another document fares no better, and
// this one may pass once someone has mended it.
bool is_of_the_stream(std::string_view type) {
  return type == "validation_exception" || type == "index_closed_exception" ||
         type == "invalid_index_name_exception" || type == "no_write_index_exception";
}

class Bulk final : public Transport {
 public:
  Bulk(std::unique_ptr<HttpWay> way, BulkSettings settings)
      : way_(std::move(way)),
        stream_(std::move(settings.data_stream)),
        path_("/" + runtime::percent_encode(stream_)),
        bounds_(settings.bounds) {}

  Grade grade() const override { return Grade::stored; }
  BatchBounds bounds() const override { return bounds_; }
  void cancel() noexcept override { way_->cancel(); }

  Outcome send(std::span<const Record> batch, Instant deadline) override {
    Sendable part = sendable(batch, document_fault);
    if (part.places.empty()) return std::move(part.outcome);
    if (!stream_is_there_) {
      HttpReply reply = look_for_stream(deadline);
      if (reply.trouble != Trouble::none) {
        return part.trouble(reply.trouble, std::move(reply.why), reply.retry_after);
      }
      stream_is_there_ = true;
    }
    HttpWay::Post post{.content_type = "application/x-ndjson", .body = body_of(batch, part)};
    const std::string path = path_ + std::string(kFilter);
    post.path = path;
    HttpReply reply = way_->post(std::move(post), deadline);
    if (reply.trouble == Trouble::none) return read(std::move(part), reply);
    if (reply.trouble == Trouble::setup) stream_is_there_ = false;
    return part.trouble(reply.trouble, std::move(reply.why), reply.retry_after);
  }

 private:
  static std::string body_of(std::span<const Record> batch, const Sendable& part) {
    constexpr std::size_t kAround = 64;  // octets beside the body
    std::size_t size = 0;
    for (const std::size_t place : part.places) size += batch[place].body.size() + kAround;
    std::string out;
    out.reserve(size);
    for (const std::size_t place : part.places) {
      out += R"({"create":{"_id":)";
      append_json(out, batch[place].id);
      out += "}}\n";
      out += batch[place].body;
      out += '\n';
    }
    return out;
  }

  // Trouble::none: it is there.
  HttpReply look_for_stream(Instant deadline) {
    const std::string path = "/_data_stream" + path_;
    HttpReply there = way_->ask("GET", path, deadline);
    if (there.status != 404) return there;
    HttpReply made = way_->ask("PUT", path, deadline);
    const BulkItem error = read_bulk_error(made.body);
    // Someone else was faster.
    if (error.type == "resource_already_exists_exception") return HttpReply{.status = 200};
    if (made.status == 400) {
      made.trouble = Trouble::setup;
      made.why = way_->said(made, "there is no data stream " + stream_ +
                                      ", and none can be made: " + way_->words(error.reason) +
                                      ": `waybill sink template` says what it needs");
    }
    return made;
  }

  Outcome read(Sendable part, const HttpReply& reply) {
    const auto items = read_bulk_answer(reply.body);
    const bool whole = items && items->size() == part.places.size();
    if (!whole) {
      const std::string why = items ? "it has another number of items" : items.error().why;
      Failure failure{Errc::corrupt, way_->name() + ": its answer is none to _bulk: " + why};
      return part.trouble(Trouble::weather, std::move(failure), reply.retry_after);
    }
    for (std::size_t i = 0; i < items->size(); ++i) {
      settle((*items)[i], part.outcome.records[part.places[i]], part.outcome);
    }
    if (part.outcome.trouble == Trouble::setup) stream_is_there_ = false;
    part.outcome.retry_after = reply.retry_after;
    return std::move(part.outcome);
  }

  void settle(const BulkItem& item, RecordOutcome& out, Outcome& all) const {
    const std::string words = way_->words(item.type + ": " + item.reason);
    if (item.status / 100 == 2) {
      out.fate = Fate::confirmed;
    } else if (item.status == 409) {
      out.fate = Fate::repeat;
    } else if (item.status == 400 && !is_of_the_stream(item.type)) {
      out = {.fate = Fate::refused, .why = words};
    } else {
      out.fate = Fate::again;
      // A block of an index (403) and a full disk (429) are lifted again; a stream that is gone or
      // closed, or not ours, is not lifted by waiting.
      const bool passes =
          item.status == 429 || item.status / 100 == 5 || item.type == "cluster_block_exception";
      const Trouble trouble = passes ? Trouble::weather : Trouble::setup;
      // The gravest is told, and of its kind the first.
      if (all.trouble >= trouble) return;
      all.trouble = trouble;
      all.why = {passes ? Errc::temporary : Errc::refused,
                 way_->name() + ": " + stream_ + ": item status " + std::to_string(item.status) +
                     ": " + words};
    }
  }

  const std::unique_ptr<HttpWay> way_;
  const std::string stream_;
  const std::string path_;
  const BatchBounds bounds_;
  bool stream_is_there_ = false;
};

}  // namespace

Explained<std::unique_ptr<Transport>> make_bulk(BulkSettings settings,
                                                const runtime::Clock& clock) {
  if (settings.data_stream.empty()) {
    return Failure{Errc::invalid, "the data stream has no name"};
  }
  auto way = HttpWay::make(settings.way, clock);
  if (!way) return way.error();
  return std::unique_ptr<Transport>(std::make_unique<Bulk>(std::move(*way), std::move(settings)));
}

}  // namespace waybill::stream
