#include "relay/trust/dkim/hash_body.h"

#include <boost/asio/post.hpp>

namespace waybill::relay::trust::dkim {

using runtime::Result;
using runtime::Task;

Task<void> give_way() {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  co_await boost::asio::post(executor, runtime::kUseAwaitable);
}

Task<Result<void>> hash_body(BodySource& body, BodyHashes& hashes) {
  while (true) {
    const auto piece = co_await body.next();
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    for (std::string_view rest = *piece; !rest.empty();) {
      const std::string_view now = rest.substr(0, kHashedOctets);
      rest.remove_prefix(now.size());
      hashes.take(now);
      if (now.size() == kHashedOctets) co_await give_way();
    }
  }
  hashes.end();
  co_return Result<void>();
}

}  // namespace waybill::relay::trust::dkim
