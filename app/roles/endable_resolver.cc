#include "app/roles/endable_resolver.h"

#include <utility>

namespace waybill::app {

using runtime::Errc;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;
using runtime::dns::Answer;

Task<Result<Answer<runtime::dns::Mx>>> EndableResolver::mx(std::string name, Instant deadline) {
  if (ended_) co_return make_error_code(Errc::temporary);
  co_return co_await inner_->mx(std::move(name), by(deadline));
}

Task<Result<Answer<IpAddress>>> EndableResolver::a(std::string name, Instant deadline) {
  if (ended_) co_return make_error_code(Errc::temporary);
  co_return co_await inner_->a(std::move(name), by(deadline));
}

Task<Result<Answer<IpAddress>>> EndableResolver::aaaa(std::string name, Instant deadline) {
  if (ended_) co_return make_error_code(Errc::temporary);
  co_return co_await inner_->aaaa(std::move(name), by(deadline));
}

Task<Result<Answer<std::string>>> EndableResolver::txt(std::string name, Instant deadline) {
  if (ended_) co_return make_error_code(Errc::temporary);
  co_return co_await inner_->txt(std::move(name), by(deadline));
}

Task<Result<Answer<runtime::Tlsa>>> EndableResolver::tlsa(std::string name, Instant deadline) {
  if (ended_) co_return make_error_code(Errc::temporary);
  co_return co_await inner_->tlsa(std::move(name), by(deadline));
}

Task<Result<Answer<std::string>>> EndableResolver::ptr(IpAddress address, Instant deadline) {
  if (ended_) co_return make_error_code(Errc::temporary);
  co_return co_await inner_->ptr(address, by(deadline));
}

}  // namespace waybill::app
