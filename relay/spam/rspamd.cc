#include "relay/spam/rspamd.h"

#include <array>

#include "relay/spam/rspamd_words.h"
#include "runtime/http_answer.h"
#include "runtime/name_lookup.h"

namespace waybill::relay::spam {

using runtime::Connection;
using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using runtime::HttpAnswerReader;
using runtime::Instant;
using runtime::Result;
using runtime::Task;

namespace {

// An answer with every symbol of a rich configuration has some 50 KiB.
constexpr std::size_t kMaxAnswer = 1 << 20;
constexpr std::size_t kReadOctets = 16 << 10;

Task<Result<void>> send(Connection& connection, std::string head, message::Spool& spool,
                        Instant deadline) {
  const auto begun = co_await connection.write(head, deadline);
  if (!begun) co_return begun.error();
  for (std::uint64_t offset = 0; offset < spool.size();) {
    const auto piece = co_await spool.read(offset);
    if (!piece) co_return piece.error();
    const auto written = co_await connection.write(*piece, deadline);
    if (!written) co_return written.error();
    offset += piece->size();
  }
  co_return Result<void>();
}

Task<Result<runtime::HttpAnswer>> hear(Connection& connection, const runtime::Clock& clock,
                                       Instant deadline) {
  HttpAnswerReader reader(kMaxAnswer);
  std::array<char, kReadOctets> buffer;
  const std::span<char> into(buffer);
  for (;;) {
    if (clock.now() >= deadline) co_return make_error_code(Errc::timeout);
    const auto count = co_await connection.read_some(into, deadline);
    if (!count) co_return count.error();
    const auto state = reader.feed(std::string_view(buffer.data(), *count));
    if (!state) co_return state.error();
    if (*state == HttpAnswerReader::State::whole) co_return reader.take();
  }
}

}  // namespace

Task<Explained<std::unique_ptr<Connection>>> Rspamd::connect(Instant deadline) {
  const auto addresses = co_await runtime::look_up(base_.host, deadline);
  if (!addresses) co_return explain(addresses.error(), "no address of " + base_.host);
  Failure last{Errc::unreachable, "no address of " + base_.host};
  for (const runtime::IpAddress& address : *addresses) {
    runtime::Endpoint to;
    to.address = address;
    to.port = base_.port;
    auto dialled = co_await dialer_.dial(to, deadline);
    if (dialled) co_return std::move(*dialled);
    last = explain(dialled.error(), "cannot be reached");
  }
  co_return last;
}

Task<Explained<Judgement>> Rspamd::judge(Question question, message::Spool& spool,
                                         Instant deadline) {
  auto connection = co_await connect(deadline);
  if (!connection) co_return connection.error();
  const auto sent =
      co_await send(**connection, question_head(question, base_, spool.size()), spool, deadline);
  // A server that refuses a request early has said why before it closes (RFC 9112 9.6).
  const auto answer = co_await hear(**connection, clock_, deadline);
  if (!answer && !sent) co_return explain(sent.error(), "the message cannot be sent to it");
  if (!answer) co_return explain(answer.error(), "gives no answer");
  if (answer->status != 200) {
    co_return Failure{Errc::temporary, "answers HTTP " + std::to_string(answer->status)};
  }
  co_return read_answer(answer->body);
}

}  // namespace waybill::relay::spam
